#include "sweep/search/rate_samples.h"

#include <algorithm>

#include "schedulers/catalog.h"
#include "schedulers/compose.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

constexpr int64_t kEvenSteps = 512;

/// Adds the ticks at which `scheduler` begins or ends something, on the clock of the whole.
void AddTicks(const Map& scheduler, int64_t begin, int64_t run_ticks, std::vector<int64_t>& ticks) {
  const SchedulerType& type = TypeOf(scheduler);
  if (type.spans) {
    for (const Span& span : type.spans(CoerceParameters(type, scheduler), run_ticks)) {
      ticks.push_back(begin + AtMostAnyRun(span.begin));
      ticks.push_back(begin + AtMostAnyRun(span.end));
    }
  }
  for (const MemberRun& member : MembersOf(scheduler, run_ticks)) {
    if (member.run_ticks > 0 && member.begin < kLongerThanAnyRun) {
      AddTicks(*member.scheduler, begin + member.begin, member.run_ticks, ticks);
    }
  }
}

}  // namespace

std::vector<int64_t> TellingSteps(const Trial& trial, const TrialSchedule& schedule) {
  const TrialClock& clock = schedule.clock();
  const int64_t total = clock.TotalSteps();
  const int64_t per_tick = schedule.per_step() ? 1 : clock.steps_per_epoch;
  const int64_t stride = std::max<int64_t>(1, total / kEvenSteps);
  std::vector<int64_t> steps = {total - 1, schedule.warmup_steps(), schedule.warmup_steps() - 1};
  for (int64_t step = 0; step < total; step += stride) steps.push_back(step);
  std::vector<int64_t> ticks;
  AddTicks(std::get<Map>(trial.params.at("scheduler")), 0, schedule.run_ticks(), ticks);
  for (const int64_t tick : ticks) {
    if (tick > total) continue;
    const int64_t step = schedule.warmup_steps() + tick * per_tick;
    for (const int64_t near : {step - per_tick, step - 1, step, step + per_tick}) {
      steps.push_back(near);
    }
  }
  std::erase_if(steps, [total](int64_t step) { return step < 0 || step >= total; });
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  return steps;
}

bool HaveEqualRates(const Trial& a, const Trial& b, int64_t images) {
  const TrialSchedule first = ScheduleOf(a, images);
  const TrialSchedule second = ScheduleOf(b, images);
  const auto equal_at = [&](int64_t step) {
    const Rates one = first.At(step);
    const Rates other = second.At(step);
    return one.lr == other.lr && one.momentum == other.momentum;
  };
  const auto all_equal = [&](const std::vector<int64_t>& steps) {
    return std::all_of(steps.begin(), steps.end(), equal_at);
  };
  return all_equal(TellingSteps(a, first)) && all_equal(TellingSteps(b, second));
}

}  // namespace lrsweep
