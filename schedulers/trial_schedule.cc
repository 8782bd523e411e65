#include "schedulers/trial_schedule.h"

#include <algorithm>
#include <stdexcept>

#include "params/find_by_name.h"
#include "params/option_table.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

/// The value of `interval` or `warmup`, complete.
Value Common(const SchedulerType& type, const Map& scheduler, const std::string& name) {
  const Parameter& parameter = *FindByName(CommonParameters(type), name);
  const Value* value = Find(scheduler, name);
  if (value == nullptr) return *parameter.default_value;
  try {
    return Coerce(parameter, *value);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("scheduler." + name + ": " + error.what());
  }
}

/// The length of a complete `warmup`, of which a share is of the whole trial.
int64_t WarmupSteps(const SchedulerType& type, const Map& warmup, int64_t total_steps) {
  const Parameter& parameter = *FindByName(CommonParameters(type), "warmup");
  const Parameter& steps = *FindByName(parameter.members, "steps");
  try {
    return std::get<int64_t>(ResolveTicks(steps, warmup.at("steps"), total_steps));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string("scheduler.warmup.") + error.what());
  }
}

}  // namespace

TrialSchedule::TrialSchedule(const Map& scheduler, double lr, double momentum, TrialClock clock)
    : clock_(clock), momentum_(momentum) {
  const SchedulerType& type = TypeOf(scheduler);
  per_step_ = Common(type, scheduler, "interval") == Value("step");
  const Value warmup = Common(type, scheduler, "warmup");
  if (const Map* map = warmup.As<Map>()) {
    warmup_steps_ = WarmupSteps(type, *map, clock.TotalSteps());
    start_factor_ = std::get<double>(map->at("start_factor"));
  }
  ScheduleContext context;
  context.lr = lr;
  context.momentum = momentum;
  context.run_ticks = run_ticks();
  if (per_step_) context.ticks_per_epoch = static_cast<double>(clock_.steps_per_epoch);
  schedule_ = BuildSchedule(scheduler, context);
  plateau_ = BuildPlateau(scheduler, context);
  if (plateau_) metric_ = plateau_->options().metric;
}

int64_t TrialSchedule::run_ticks() const {
  return per_step_ ? clock_.TotalSteps() - warmup_steps_
                   : clock_.epochs - warmup_steps_ / clock_.steps_per_epoch;
}

Rates TrialSchedule::OfSchedule(int64_t tick) const {
  if (plateau_) return {plateau_->lr(), momentum_};
  return schedule_(tick);
}

Rates TrialSchedule::At(int64_t step) const {
  if (step < warmup_steps_) {
    Rates rates = OfSchedule(0);
    const double done = static_cast<double>(step) / static_cast<double>(warmup_steps_);
    rates.lr *= start_factor_ + (1 - start_factor_) * done;
    return rates;
  }
  const int64_t steps = step - warmup_steps_;
  return OfSchedule(per_step_ ? steps : steps / clock_.steps_per_epoch);
}

void TrialSchedule::OnEpochEnd(double metric_value) {
  ++epochs_ended_;
  const bool begun = epochs_ended_ * clock_.steps_per_epoch > warmup_steps_;
  if (plateau_ && begun) plateau_->Step(metric_value);
}

}  // namespace lrsweep
