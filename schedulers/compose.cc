#include "schedulers/compose.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "schedulers/require.h"

namespace lrsweep {

Schedule SequentialLr(std::vector<Schedule> schedules, std::vector<int64_t> milestones) {
  RequireIncreasing("milestones", milestones, 1);
  if (milestones.size() + 1 != schedules.size()) {
    throw std::invalid_argument(
        "milestones must be one fewer than schedulers: " + std::to_string(milestones.size()) +
        " with " + std::to_string(schedules.size()));
  }
  return [schedules = std::move(schedules), milestones = std::move(milestones)](int64_t tick) {
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), tick);
    const size_t index = next - milestones.begin();
    return schedules[index](index == 0 ? tick : tick - milestones[index - 1]);
  };
}

Schedule Chained(std::vector<Schedule> factors, const Rates& optimizer) {
  if (factors.empty()) throw std::invalid_argument("schedulers needs at least one scheduler");
  return [factors = std::move(factors), optimizer](int64_t tick) {
    Rates rates = optimizer;
    for (const Schedule& factor : factors) rates.lr *= factor(tick).lr;
    return rates;
  };
}

}  // namespace lrsweep
