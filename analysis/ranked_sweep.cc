#include "analysis/ranked_sweep.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace lrsweep {

namespace {

template <typename Of>
int64_t Sum(const std::vector<TrialCount>& counts, const Of& of) {
  int64_t sum = 0;
  for (const TrialCount& count : counts) sum += of(count);
  return sum;
}

std::optional<int64_t> ValidationImagesOf(const Store& store, const TrialLabels& labels) {
  const std::string path = "dataset.validation";
  if (labels.Varies(path)) return std::nullopt;
  int64_t images = 0;
  for (const TrialRow& any : store.TrialsByPrefix("", 1)) {
    const FlatParams params = FlatText(any.params_json);
    const auto found = params.find(path);
    if (found == params.end()) continue;
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), images);  // null stays 0
  }
  return images;
}

}  // namespace

Objective ChooseObjective(const SweepRecord& sweep, const ObjectiveOptions& options,
                          const MetricTable& table) {
  Objective objective = sweep.objective;
  if (options.metric) {
    const Metric chosen = ParseMetric(*options.metric, table);
    if (ToText(chosen) != objective.metric) {
      objective.metric = ToText(chosen);
      if (!options.mode) objective.mode = NaturalMode(objective.metric, table);
      if (chosen.IsDerived()) objective.scope = Objective{}.scope;
    }
  }
  if (options.mode) objective.mode = *options.mode;
  if (options.scope) objective.scope = *options.scope;
  Check(objective, table);
  return objective;
}

RankedSweep::RankedSweep(const Store& store, const SweepRecord& sweep, Objective objective,
                         size_t limit)
    : sweep_(sweep),
      objective_(std::move(objective)),
      counts_(store.CountTrials()),
      labels_(store.Labels()),
      validation_images_(sweep.IsOfProgram() ? std::nullopt : ValidationImagesOf(store, labels_)) {
  // The second place tells whether equal values have to be counted.
  std::vector<RankedTrial> placed = store.Ranking(objective_, limit == 1 ? 2 : limit);
  if (placed.size() > 1 && placed[0].value && placed[0].value == placed[1].value) {
    tied_ = store.CountWithValue(objective_, *placed[0].value) - 1;
  }
  if (limit == 1 && placed.size() > 1) placed.resize(1);
  for (RankedTrial& one : placed) {
    TrialRow trial = store.TrialById(one.trial_id);
    first_.push_back({std::move(one), std::move(trial)});
  }
}

const RankedRow* RankedSweep::Best() const {
  return first_.empty() || !first_[0].ranked.value ? nullptr : first_.data();
}

std::string RankedSweep::Label(const TrialRow& trial) const {
  return labels_.Of(trial.scheduler, FlatText(trial.params_json));
}

int64_t RankedSweep::Trials() const {
  return Sum(counts_, [](const TrialCount& count) { return count.trials; });
}

int64_t RankedSweep::Ranked() const {
  return Sum(counts_, [](const TrialCount& count) { return count.IsRanked() ? count.trials : 0; });
}

int64_t RankedSweep::Diverged() const {
  return Sum(counts_, [](const TrialCount& count) { return count.diverged ? count.trials : 0; });
}

int64_t RankedSweep::EpochsDone() const {
  return Sum(counts_, [](const TrialCount& count) { return count.epochs_done; });
}

StateCounts RankedSweep::CountByState() const {
  StateCounts counts = {
      {"pending", 0}, {"running", 0}, {"completed", 0}, {"stopped", 0}, {"failed", 0}};
  for (const TrialCount& count : counts_) counts[count.state] += count.trials;
  return counts;
}

StateCounts RankedSweep::CountUnranked() const {
  StateCounts counts;
  for (const TrialCount& count : counts_) {
    const bool went_on = count.promoted && count.in_space;
    if (!count.IsRanked()) counts[went_on ? kWentOn : count.state] += count.trials;
  }
  return counts;
}

std::string CountsText(const StateCounts& counts, const std::vector<std::string>& states) {
  std::string text;
  for (const std::string& state : states) {
    const auto found = counts.find(state);
    if (found == counts.end() || found->second == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", found->second, state);
  }
  return text;
}

}  // namespace lrsweep
