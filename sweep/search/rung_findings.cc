#include "sweep/search/rung_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "params/ticks.h"
#include "schedulers/catalog.h"
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

/// "2", "2 and 6", "2, 6 and 18".
std::string AndList(const std::vector<int64_t>& numbers) {
  std::string text;
  for (size_t i = 0; i < numbers.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ") + std::to_string(numbers[i]);
  }
  return text;
}

/// A number of ticks that stays the same whatever the run's length.
struct FixedTicks {
  std::string path;  // "step_size", "schedulers.1.total_iters", "warmup.steps"
  int64_t ticks = 0;
};

void AddTicks(const std::string& path, const Value& value, std::vector<FixedTicks>& found) {
  if (const auto* ticks = value.As<int64_t>(); ticks != nullptr && *ticks > 0) {
    found.push_back({path, *ticks});
  }
  const auto* list = value.As<List>();
  if (list == nullptr) return;
  for (const Value& element : *list) {
    const List* point = element.As<List>();
    AddTicks(path, point != nullptr && !point->empty() ? point->front() : element, found);
  }
}

/// The fixed numbers of a schedule and its members; defaults that say a number are fixed too.
void AddFixedTicks(const Map& scheduler, const std::string& prefix,
                   std::vector<FixedTicks>& found) {
  for (const Parameter& parameter : TypeOf(scheduler).parameters) {
    const Value* value = Find(scheduler, parameter.name);
    if (value == nullptr) continue;
    const std::string path = prefix + parameter.name;
    if (parameter.counts_ticks) AddTicks(path, *value, found);
    const auto* members = parameter.kind == Kind::kSchedulers ? value->As<List>() : nullptr;
    for (size_t i = 0; members != nullptr && i < members->size(); ++i) {
      AddFixedTicks(std::get<Map>((*members)[i]), path + "." + std::to_string(i) + ".", found);
    }
  }
}

std::vector<FixedTicks> FixedTicksOf(const Map& scheduler) {
  std::vector<FixedTicks> found;
  if (const Value* steps = Find(scheduler, "warmup.steps")) AddTicks("warmup.steps", *steps, found);
  AddFixedTicks(scheduler, "", found);
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

Finding CutFinding(const FixedTicks& fixed, const TrialSchedule& schedule,
                   const std::vector<int64_t>& budgets) {
  const bool is_warmup = fixed.path == "warmup.steps";
  const int64_t run = is_warmup ? schedule.clock().TotalSteps() : schedule.run_ticks();
  return {
      fmt::format("{} is {} {} whatever the budget, so the schedule is cut on the rungs of {} "
                  "epochs, not shortened: write it as a share of the run, {}",
                  fixed.path, fixed.ticks, is_warmup || schedule.per_step() ? "steps" : "epochs",
                  AndList(budgets), AsShare(fixed.ticks, run)),
      fixed.path + " whatever the budget"};
}

/// Adds what is found at a budget and not of the whole run.
void AddAtBudget(const Trial& shortened, int64_t budget, bool all, int64_t images,
                 const MetricTable& metrics, std::set<std::string>& known,
                 std::vector<Finding>& findings) {
  for (const Finding& finding : FindingsOf(shortened, images, metrics)) {
    if (!all && !finding.text.starts_with("the warm-up of")) continue;
    if (!known.insert(finding.key).second) continue;
    const std::string where = fmt::format("on the rung of {} epochs: ", budget);
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

std::vector<Finding> RungFindings(const Trial& trial, const std::vector<int64_t>& budgets,
                                  int64_t images, const MetricTable& metrics) {
  if (budgets.empty()) return {};
  std::vector<Finding> findings;
  const Map& scheduler = std::get<Map>(trial.params.at("scheduler"));
  const TrialSchedule schedule = ScheduleOf(trial, images);
  std::set<std::string> known;
  for (const Finding& finding : FindingsOf(trial, images, metrics)) known.insert(finding.key);
  const std::vector<FixedTicks> fixed =
      IsConstant(trial, schedule) ? std::vector<FixedTicks>() : FixedTicksOf(scheduler);
  for (const FixedTicks& one : fixed) {
    Finding finding = CutFinding(one, schedule, budgets);
    if (known.insert(finding.key).second) findings.push_back(std::move(finding));
  }
  for (const int64_t budget : budgets) {
    try {
      AddAtBudget(Shortened(trial, budget), budget, fixed.empty(), images, metrics, known,
                  findings);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(
          fmt::format("{} (on the pruner's rung of {} epochs: raise pruner.grace_period, or count "
                      "in steps by interval: step)",
                      error.what(), budget));
    }
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
