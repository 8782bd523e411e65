#include "schedulers/trial_schedule.h"

#include <cmath>
#include <numbers>
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

const EnumNames<WarmupShape>& WarmupShapeNames() {
  static const EnumNames<WarmupShape> names = {{"linear", WarmupShape::kLinear},
                                               {"cosine", WarmupShape::kCosine},
                                               {"polynomial", WarmupShape::kPolynomial},
                                               {"exponential", WarmupShape::kExponential}};
  return names;
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

/// The warm-up of a complete `warmup`. Throws where its parameters contradict each other.
Warmup ReadWarmup(const SchedulerType& type, const Map& map, int64_t total_steps) {
  Warmup warmup;
  warmup.steps = WarmupSteps(type, map, total_steps);
  warmup.start_factor = std::get<double>(map.at("start_factor"));
  for (const auto& [name, named] : WarmupShapeNames()) {
    if (map.at("shape") == Value(name)) warmup.shape = named;
  }
  if (const auto* power = map.at("power").As<double>()) {
    if (warmup.shape != WarmupShape::kPolynomial) {
      throw std::invalid_argument("scheduler.warmup.power: it is the exponent of shape polynomial");
    }
    warmup.power = *power;
  }
  if (warmup.shape == WarmupShape::kExponential && warmup.start_factor == 0) {
    throw std::invalid_argument(
        "scheduler.warmup.start_factor: expected a number above 0 in shape exponential, which "
        "rises "
        "by equal factors");
  }
  return warmup;
}

}  // namespace

std::vector<std::string> WarmupShapes() {
  std::vector<std::string> all;
  for (const auto& [name, shape] : WarmupShapeNames()) all.push_back(name);
  return all;
}

double WarmupFactor(const Warmup& warmup, int64_t step) {
  const double done = static_cast<double>(step) / static_cast<double>(warmup.steps);
  double risen = done;
  switch (warmup.shape) {
    case WarmupShape::kLinear:
      break;
    case WarmupShape::kCosine:
      risen = (1 - std::cos(std::numbers::pi * done)) / 2;
      break;
    case WarmupShape::kPolynomial:
      risen = std::pow(done, warmup.power);
      break;
    case WarmupShape::kExponential:
      return std::pow(warmup.start_factor, 1 - done);
  }
  return warmup.start_factor + (1 - warmup.start_factor) * risen;
}

TrialSchedule::TrialSchedule(const Map& scheduler, double lr, double momentum, TrialClock clock)
    : clock_(clock), momentum_(momentum) {
  const SchedulerType& type = TypeOf(scheduler);
  per_step_ = Common(type, scheduler, "interval") == Value("step");
  const Value warmup = Common(type, scheduler, "warmup");
  if (const Map* map = warmup.As<Map>()) {
    warmup_ = ReadWarmup(type, *map, clock.TotalSteps());
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
  return per_step_ ? clock_.TotalSteps() - warmup_.steps
                   : clock_.epochs - warmup_.steps / clock_.steps_per_epoch;
}

Rates TrialSchedule::OfSchedule(int64_t tick) const {
  if (plateau_) return {plateau_->lr(), momentum_};
  return schedule_(tick);
}

Rates TrialSchedule::At(int64_t step) const {
  if (step < warmup_.steps) {
    Rates rates = OfSchedule(0);
    rates.lr *= WarmupFactor(warmup_, step);
    return rates;
  }
  const int64_t steps = step - warmup_.steps;
  return OfSchedule(per_step_ ? steps : steps / clock_.steps_per_epoch);
}

void TrialSchedule::OnEpochEnd(double metric_value) {
  ++epochs_ended_;
  const bool begun = epochs_ended_ * clock_.steps_per_epoch > warmup_.steps;
  if (plateau_ && begun) plateau_->Step(metric_value);
}

}  // namespace lrsweep
