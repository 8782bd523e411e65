// Checks of options that schedules share. Each throws std::invalid_argument with the option's name
// and value; NaN never passes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lrsweep {

void RequireAtLeastOne(const std::string& name, int64_t ticks);
void RequireAtLeastZero(const std::string& name, double number);
void RequireAboveZero(const std::string& name, double number);
void RequireBetween(const std::string& name, double number, double low, double high);
/// low <= high.
void RequireOrder(const std::string& low_name, double low, const std::string& high_name,
                  double high);
/// Strictly increasing, from at least `minimum`.
void RequireIncreasing(const std::string& name, const std::vector<int64_t>& ticks, int64_t minimum);

}  // namespace lrsweep
