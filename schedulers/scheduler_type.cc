#include "schedulers/scheduler_type.h"

#include <algorithm>

namespace lrsweep {

void SchedulerType::Check(const Map& scheduler) const {
  build(scheduler, {.run_ticks = kLongerThanAnyRun});
}

bool SchedulerType::composed() const {
  return std::any_of(parameters.begin(), parameters.end(), [](const Parameter& parameter) {
    return parameter.kind == Kind::kSchedulers;
  });
}

std::vector<std::string> OverriddenByOwnRates(bool cycle_momentum) {
  if (cycle_momentum) return {"optimizer.lr", "optimizer.momentum"};
  return {"optimizer.lr", "scheduler.base_momentum", "scheduler.max_momentum"};
}

}  // namespace lrsweep
