#include "schedulers/piecewise_linear.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "schedulers/require.h"

namespace lrsweep {
namespace {

void Validate(const std::vector<SchedulePoint>& points) {
  if (points.empty()) throw std::invalid_argument("milestones_values needs at least one point");
  std::vector<int64_t> ticks;
  ticks.reserve(points.size());
  for (const SchedulePoint& point : points) {
    ticks.push_back(point.tick);
    RequireAtLeastZero("a rate of milestones_values", point.lr);
  }
  RequireIncreasing("the ticks of milestones_values", ticks, 0);
}

}  // namespace

Schedule PiecewiseLinear(const PiecewiseLinearOptions& options, double momentum) {
  Validate(options.milestones_values);
  return [points = options.milestones_values, momentum](int64_t tick) {
    const auto next = std::upper_bound(
        points.begin(), points.end(), tick,
        [](int64_t wanted, const SchedulePoint& point) { return wanted < point.tick; });
    if (next == points.begin()) return Rates{points.front().lr, momentum};
    if (next == points.end()) return Rates{points.back().lr, momentum};
    const SchedulePoint& last = *std::prev(next);
    const double lr = last.lr + (next->lr - last.lr) * static_cast<double>(tick - last.tick) /
                                    static_cast<double>(next->tick - last.tick);
    return Rates{lr, momentum};
  };
}

}  // namespace lrsweep
