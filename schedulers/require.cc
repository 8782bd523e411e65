#include "schedulers/require.h"

#include <cmath>
#include <stdexcept>

#include "params/value.h"

namespace lrsweep {
namespace {

/// A whole number without its ".0".
std::string Number(double number) {
  const bool whole = number == std::floor(number) && std::abs(number) < 1e15;
  return whole ? std::to_string(static_cast<int64_t>(number)) : ShortestReal(number);
}

}  // namespace

void RequireAtLeastOne(const std::string& name, int64_t ticks) {
  if (ticks < 1) {
    throw std::invalid_argument(name + " must be at least 1, not " + std::to_string(ticks));
  }
}

void RequireAtLeastZero(const std::string& name, double number) {
  if (!(number >= 0)) {
    throw std::invalid_argument(name + " must be at least 0, not " + Number(number));
  }
}

void RequireAboveZero(const std::string& name, double number) {
  if (!(number > 0)) {
    throw std::invalid_argument(name + " must be above 0, not " + ShortestReal(number));
  }
}

void RequireBetween(const std::string& name, double number, double low, double high) {
  if (!(number >= low && number <= high)) {
    throw std::invalid_argument(name + " must be between " + Number(low) + " and " + Number(high) +
                                ", not " + ShortestReal(number));
  }
}

void RequireOrder(const std::string& low_name, double low, const std::string& high_name,
                  double high) {
  if (!(low <= high)) {
    throw std::invalid_argument(low_name + " " + ShortestReal(low) + " is above " + high_name +
                                " " + ShortestReal(high));
  }
}

void RequireIncreasing(const std::string& name, const std::vector<int64_t>& ticks,
                       int64_t minimum) {
  for (size_t i = 0; i < ticks.size(); ++i) {
    if (ticks[i] < minimum) {
      throw std::invalid_argument(name + " must be at least " + std::to_string(minimum) + ", not " +
                                  std::to_string(ticks[i]));
    }
    if (i > 0 && ticks[i] <= ticks[i - 1]) {
      throw std::invalid_argument(name + " must increase: " + std::to_string(ticks[i]) +
                                  " comes after " + std::to_string(ticks[i - 1]));
    }
  }
}

}  // namespace lrsweep
