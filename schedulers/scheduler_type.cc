#include "schedulers/scheduler_type.h"

#include <algorithm>

namespace lrsweep {

namespace {

bool HasShare(const Map& scheduler) {
  bool found = false;
  ForEachLeaf(scheduler, [&found](const std::string&, const Value& value) {
    const auto is_share = [](const Value& one) {
      const auto* text = one.As<std::string>();
      return text != nullptr && text->ends_with('%');
    };
    const List* list = value.As<List>();
    if (list == nullptr) {
      found |= is_share(value);
      return;
    }
    for (const Value& element : *list) {
      const List* point = element.As<List>();
      found |= is_share(point != nullptr && !point->empty() ? point->front() : element);
    }
  });
  return found;
}

}  // namespace

void SchedulerType::Check(const Map& scheduler) const {
  try {
    build(scheduler, {.run_ticks = kLongerThanAnyRun});
  } catch (const std::invalid_argument&) {
    // [50%, 80] increases in a run of 100 ticks, but in none of more than 160.
    if (!HasShare(scheduler)) throw;
    for (int64_t ticks = 10; ticks < kLongerThanAnyRun; ticks *= 2) {
      try {
        build(scheduler, {.run_ticks = ticks});
        return;
      } catch (const std::invalid_argument&) {
        continue;
      }
    }
    throw;
  }
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
