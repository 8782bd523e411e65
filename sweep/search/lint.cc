#include "sweep/search/lint.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <string>
#include <unordered_set>

#include "params/errors.h"
#include "sweep/config/trial_text.h"
#include "sweep/search/alias_findings.h"
#include "sweep/search/build_keys.h"
#include "sweep/search/effects.h"
#include "sweep/search/halving_plan.h"
#include "sweep/search/rung_findings.h"
#include "sweep/search/schedule_findings.h"
#include "sweep/search/trial_shape.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

constexpr size_t kMostSchedules = 1000;

/// Calls examine(), which builds the trial's schedule. Throws ConfigError where that cannot be
/// built for the trial's length in steps: the length depends on the data set's size, so that the
/// configuration alone cannot be checked for it.
template <typename Examine>
void WithPlace(const Trial& trial, const Entry& entry, const Examine& examine) {
  try {
    examine();
  } catch (const std::invalid_argument& error) {
    throw ConfigError(PlaceOf(error.what(), "scheduler", entry),
                      ShortText(trial) + ": " + error.what() + " (trial " + trial.id + ")");
  }
}

/// What was found, each sentence once, with how many schedules it is true of.
class FindingList {
 public:
  void Add(const Trial& trial, const ScheduleFinding& finding) {
    const auto [found, is_new] = by_key_.emplace(trial.scheduler + finding.key, said_.size());
    if (is_new) said_.push_back({trial.id, trial.scheduler + ": " + finding.text, 0});
    ++said_[found->second].schedules;
  }

  std::vector<std::string> Sentences() const {
    std::vector<std::string> sentences;
    for (const Said& said : said_) {
      std::string where = "trial " + said.trial_id;
      if (said.schedules > 1) where += fmt::format(" and {} more", said.schedules - 1);
      sentences.push_back(said.text + " (" + where + ")");
    }
    return sentences;
  }

 private:
  struct Said {
    std::string trial_id;  // of the first schedule
    std::string text;
    size_t schedules = 0;
  };
  std::vector<Said> said_;
  std::map<std::string, size_t> by_key_;  // index in said_
};

/// The different schedules of one scheduler entry, and whether anything was found in one of them.
struct EntrySchedules {
  std::vector<Trial> trials;
  bool has_findings = false;
};

/// Builds the trial's schedule, and those of its shortened trials.
void BuildSchedules(const Trial& trial, const std::vector<int64_t>& budgets, int64_t images) {
  ScheduleOf(trial, images);
  for (const int64_t budget : budgets) ScheduleOf(Shortened(trial, budget), images);
}

/// An objective whose mode prefers the worse values of its metric.
std::vector<std::string> ObjectiveFindings(const SweepConfig& config) {
  const Objective& objective = config.objective;
  const std::string natural = NaturalMode(objective.metric, config.metrics);
  if (objective.mode == natural) return {};
  return {fmt::format("objective: mode: {} puts the {} {} first, but {} of it is better (mode: {})",
                      objective.mode, objective.mode == "min" ? "least" : "greatest",
                      objective.metric, natural == "max" ? "more" : "less", natural)};
}

/// Builds the schedules from the trial `first` on that differ in something that may prevent it.
void BuildOthers(const SearchSpace& space, size_t first, const std::vector<int64_t>& budgets,
                 int64_t images) {
  BuildKeys keys(space);
  for (size_t i = first; i < space.size(); ++i) {
    const size_t known = keys.size();
    if (keys.Of(i) < known) continue;
    const Trial trial = space.At(i);
    WithPlace(trial, space.SchedulerEntryAt(i), [&] { BuildSchedules(trial, budgets, images); });
  }
}

}  // namespace

std::vector<std::string> Lint(const SearchSpace& space, int64_t images) {
  std::unordered_set<uint64_t> schedules;
  FindingList findings;
  std::map<const Entry*, EntrySchedules> entries;
  const std::vector<int64_t> budgets = ShortenedBudgets(space);
  size_t next = 0;
  for (; next < space.size() && schedules.size() < kMostSchedules; ++next) {
    if (!schedules.insert(space.ScheduleAt(next)).second) continue;
    const Trial trial = space.At(next);
    const Entry& written = space.SchedulerEntryAt(next);
    EntrySchedules& entry = entries[&written];
    std::vector<ScheduleFinding> found;
    WithPlace(trial, written, [&] { found = FindingsOf(trial, images, space.config().metrics); });
    const auto of_alias = FindingsOfAlias(space.WrittenSchedulerAt(next), trial, images);
    found.insert(found.end(), of_alias.begin(), of_alias.end());
    for (const ScheduleFinding& finding : found) findings.Add(trial, finding);
    WithPlace(trial, written, [&] {
      for (const ScheduleFinding& finding :
           RungFindings(trial, budgets, images, space.config().metrics)) {
        findings.Add(trial, finding);
      }
    });
    entry.has_findings |= !found.empty();
    entry.trials.push_back(trial);
  }
  BuildOthers(space, next, budgets, images);
  for (const Entry& entry : space.config().schedulers) {
    const auto found = entries.find(&entry);
    if (found == entries.end() || found->second.has_findings) continue;
    for (const std::string& text : WithoutEffect(entry, found->second.trials, images)) {
      findings.Add(found->second.trials.front(), {text, text});
    }
  }
  std::vector<std::string> sentences = ObjectiveFindings(space.config());
  for (std::string& text : TruncationFindings(space, images)) sentences.push_back(std::move(text));
  const std::vector<std::string> of_schedules = findings.Sentences();
  sentences.insert(sentences.end(), of_schedules.begin(), of_schedules.end());
  return sentences;
}

}  // namespace lrsweep
