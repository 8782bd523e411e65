#include "sweep/search/rung_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "params/text.h"
#include "params/ticks.h"
#include "schedulers/catalog.h"
#include "schedulers/compose.h"
#include "sweep/search/halving_plan.h"
#include "sweep/search/rate_samples.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

/// The budgets of the rungs below the whole run.
std::vector<int64_t> LowerBudgets(const SearchSpace& space) {
  const PrunerConfig& pruner = space.config().pruner.value();
  const auto epochs = std::get<int64_t>(*Find(space.config().fixed, "training.epochs"));
  std::vector<int64_t> budgets = Budgets(epochs, pruner.grace_period, pruner.reduction_factor);
  budgets.pop_back();
  return budgets;
}

/// "the rung of 1 epoch", "the rungs of 2, 6 and 18 epochs".
std::string RungsAt(const std::vector<int64_t>& numbers) {
  std::string text;
  for (size_t i = 0; i < numbers.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ") + std::to_string(numbers[i]);
  }
  const bool is_one = numbers.size() == 1;
  return fmt::format("the {} of {} {}", is_one ? "rung" : "rungs", text,
                     is_one && numbers.front() == 1 ? "epoch" : "epochs");
}

/// A number of ticks that stays the same whatever the run's length.
struct FixedTicks {
  std::string path;  // "step_size", "schedulers.1.total_iters", "warmup.steps"
  int64_t ticks = 0;
  int64_t run_ticks = 0;  // what `run` is in its place
};

/// The numbers in a value; shares are none.
void AddNumbers(const Value& value, std::vector<double>& numbers) {
  if (const auto* integer = value.As<int64_t>()) numbers.push_back(static_cast<double>(*integer));
  if (const auto* real = value.As<double>()) numbers.push_back(*real);
  const auto* list = value.As<List>();
  if (list == nullptr) return;
  for (const Value& element : *list) {
    const List* point = element.As<List>();
    AddNumbers(point != nullptr && !point->empty() ? point->front() : element, numbers);
  }
}

/// The fixed numbers of a schedule of which `run_ticks` is "run", and of its members. A default of
/// one tick is a unit and no length.
void AddFixedTicks(const Map& scheduler, const std::string& prefix, int64_t run_ticks,
                   std::vector<FixedTicks>& found) {
  for (const Parameter& parameter : TypeOf(scheduler).parameters) {
    const Value* value = Find(scheduler, parameter.name);
    if (value == nullptr || !parameter.counts_ticks) continue;
    std::vector<double> numbers;
    AddNumbers(*value, numbers);
    const double least = parameter.default_value == *value ? 2 : 1;
    std::erase_if(numbers, [least](double number) { return number < least; });
    if (numbers.empty()) continue;
    found.push_back({prefix + parameter.name, std::llround(numbers.front()), run_ticks});
  }
  for (const MemberRun& member : MembersOf(scheduler, run_ticks)) {
    AddFixedTicks(*member.scheduler, prefix + member.path + ".", member.run_ticks, found);
  }
}

std::vector<FixedTicks> FixedTicksOf(const Map& scheduler, const TrialSchedule& schedule) {
  std::vector<FixedTicks> found;
  const Value* steps = Find(scheduler, "warmup.steps");
  if (const auto* number = steps != nullptr ? steps->As<int64_t>() : nullptr) {
    found.push_back({"warmup.steps", *number, schedule.clock().TotalSteps()});
  }
  AddFixedTicks(scheduler, "", schedule.run_ticks(), found);
  return found;
}

bool IsConstant(const Trial& trial, const TrialSchedule& schedule) {
  const double first = schedule.At(0).lr;
  const std::vector<int64_t> steps = TellingSteps(trial, schedule);
  return schedule.metric().empty() && std::all_of(steps.begin(), steps.end(), [&](int64_t step) {
           return schedule.At(step).lr == first;
         });
}

/// How the ticks are written so that they shrink with a run of `run_ticks`.
std::string AsShare(int64_t ticks, int64_t run_ticks) {
  if (ticks == run_ticks) return kWholeRun;
  const double percent = 100 * static_cast<double>(ticks) / static_cast<double>(run_ticks);
  for (int digits = 0; digits <= 6; ++digits) {
    const double scale = std::pow(10, digits);
    const std::string share =
        fmt::format("{:.{}f}%", std::ceil(percent * scale - 1e-9) / scale, digits);
    if (TicksOfShare(CanonicalShare(share).value_or("0%"), run_ticks) == ticks) return share;
  }
  return fmt::format("{:.0f}%", percent);
}

ScheduleFinding CutFinding(const FixedTicks& fixed, const TrialSchedule& schedule,
                           const std::vector<int64_t>& budgets) {
  const bool in_steps = fixed.path == "warmup.steps" || schedule.per_step();
  return {fmt::format("{} is {} whatever the budget, so the schedule is cut on {}, not shortened: "
                      "write it as {}, which follows the run",
                      fixed.path, Counted(fixed.ticks, in_steps ? "step" : "epoch"),
                      RungsAt(budgets), AsShare(fixed.ticks, fixed.run_ticks)),
          fixed.path + " whatever the budget"};
}

/// FindingsOf the trial shortened to the budget. `is_fixed`: numbers of it do not shrink. Throws as
/// RungFindings.
std::vector<ScheduleFinding> FindingsAt(const Trial& trial, int64_t budget, bool is_fixed,
                                        int64_t images, const MetricTable& metrics) {
  std::string what;
  try {
    return FindingsOf(Shortened(trial, budget), images, metrics);
  } catch (const std::invalid_argument& error) {
    what = error.what();
  }
  throw std::invalid_argument(fmt::format(
      "{} (on the pruner's rung of {}: {}, or raise pruner.grace_period)", what,
      Counted(budget, "epoch"),
      is_fixed ? "write its numbers as shares of the run" : "count in steps by interval: step"));
}

/// Adds what was found at a budget and not of the whole run; of a schedule that is cut there only
/// the warm-up that does not end.
void AddNew(const std::vector<ScheduleFinding>& at_budget, int64_t budget, bool all,
            std::set<std::string>& known, std::vector<ScheduleFinding>& findings) {
  const std::string where = "on " + RungsAt({budget}) + ": ";
  for (const ScheduleFinding& finding : at_budget) {
    if (!all && !finding.text.starts_with("the warm-up of")) continue;
    if (!known.insert(finding.key).second) continue;
    findings.push_back({where + finding.text, where + finding.key});
  }
}

/// By how much the rate is still to fall after the epoch: the rate at its end by the last one.
double FallAfter(const Trial& trial, int64_t epoch, int64_t images) {
  const TrialSchedule schedule = ScheduleOf(trial, images);
  const TrialClock& clock = schedule.clock();
  const double now = schedule.At(epoch * clock.steps_per_epoch - 1).lr;
  double highest = now;  // it may still rise before it falls
  for (const int64_t step : TellingSteps(trial, schedule)) {
    if (step >= epoch * clock.steps_per_epoch) highest = std::max(highest, schedule.At(step).lr);
  }
  const double last = schedule.At(clock.TotalSteps() - 1).lr;
  return last > 0 ? highest / last : std::numeric_limits<double>::infinity();
}

}  // namespace

std::vector<int64_t> ShortenedBudgets(const SearchSpace& space) {
  const auto& pruner = space.config().pruner;
  return pruner && !pruner->is_truncated ? LowerBudgets(space) : std::vector<int64_t>();
}

std::vector<ScheduleFinding> RungFindings(const Trial& trial, const std::vector<int64_t>& budgets,
                                          int64_t images, const MetricTable& metrics) {
  std::vector<ScheduleFinding> findings;
  if (budgets.empty()) return findings;
  const Map& scheduler = std::get<Map>(trial.params.at("scheduler"));
  const TrialSchedule schedule = ScheduleOf(trial, images);
  std::set<std::string> known;
  for (const ScheduleFinding& finding : FindingsOf(trial, images, metrics))
    known.insert(finding.key);
  const std::vector<FixedTicks> fixed =
      IsConstant(trial, schedule) ? std::vector<FixedTicks>() : FixedTicksOf(scheduler, schedule);
  for (const FixedTicks& one : fixed) findings.push_back(CutFinding(one, schedule, budgets));
  for (const int64_t budget : budgets) {
    const std::vector<ScheduleFinding> at_budget =
        FindingsAt(trial, budget, !fixed.empty(), images, metrics);
    AddNew(at_budget, budget, fixed.empty(), known, findings);
  }
  return findings;
}

std::vector<std::string> TruncationFindings(const SearchSpace& space, int64_t images) {
  const auto& pruner = space.config().pruner;
  if (!pruner || !pruner->is_truncated || space.config().schedulers.size() < 2) return {};
  constexpr double kMuch = 3;
  const std::vector<int64_t> budgets = LowerBudgets(space);
  std::map<const Entry*, bool> is_high;  // of each entry's first trial
  for (size_t i = 0; i < space.size(); ++i) {
    const auto [entry, is_new] = is_high.try_emplace(&space.SchedulerEntryAt(i), false);
    if (!is_new) continue;
    const Trial trial = space.At(i);
    const bool follows_metric = !ScheduleOf(trial, images).metric().empty();
    entry->second = !follows_metric && FallAfter(trial, budgets.front(), images) >= kMuch;
  }
  std::string high, others;
  for (const Entry& entry : space.config().schedulers) {
    const auto found = is_high.find(&entry);
    if (found == is_high.end()) continue;
    std::string& list = found->second ? high : others;
    list += (list.empty() ? "" : ", ") + entry.type;
  }
  if (high.empty() || others.empty()) return {};
  return {
      fmt::format("pruner: rungs: truncated compares schedules in the middle of their runs: "
                  "after epoch {} the rates of {} have most of their fall before them, those "
                  "of {} have not, which look better than they are; rungs: shortened compares "
                  "whole schedules",
                  budgets.front(), high, others)};
}

}  // namespace lrsweep
