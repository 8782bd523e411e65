#include "results/ranked_sweep.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace lrsweep {

RankedSweep::RankedSweep(const Store& store, const std::optional<std::string>& metric,
                         const std::optional<std::string>& mode,
                         const std::optional<std::string>& scope)
    : sweep_(store.Sweep()), objective_(sweep_.objective) {
  if (metric && *metric != objective_.metric) {
    objective_.metric = *metric;
    objective_.mode = NaturalMode(*metric);
  }
  if (mode) objective_.mode = *mode;
  if (scope) objective_.scope = *scope;
  Check(objective_);
  trials_ = store.Trials();
  ranking_ = Rank(store.Curves(objective_.metric), objective_);
  for (size_t i = 0; i < trials_.size(); ++i) {
    const TrialRow& trial = trials_[i];
    index_[trial.trial_id] = i;
    const FlatParams params = FlatText(trial.params_json);
    labels_.Add(trial.scheduler, params);
    const auto validation = params.find("dataset.validation");
    ++held_back_[validation == params.end() ? "0" : validation->second];
  }
}

const TrialRow& RankedSweep::At(const Placed& placed) const {
  return trials_[index_.at(placed.trial_id)];
}

std::string RankedSweep::Label(const TrialRow& trial) const {
  return labels_.Of(trial.scheduler, FlatText(trial.params_json));
}

std::map<std::string, int64_t> RankedSweep::CountByState() const {
  std::map<std::string, int64_t> counts = {
      {"pending", 0}, {"running", 0}, {"completed", 0}, {"stopped", 0}, {"failed", 0}};
  for (const TrialRow& trial : trials_) ++counts[trial.state];
  return counts;
}

std::optional<int64_t> RankedSweep::HeldBack() const {
  if (held_back_.empty()) return 0;
  if (held_back_.size() > 1) return std::nullopt;
  const std::string& text = held_back_.begin()->first;
  int64_t images = 0;
  std::from_chars(text.data(), text.data() + text.size(), images);  // null stays 0
  return images;
}

std::string Describe(const Objective& objective) {
  const std::string scope = objective.scope == "last"   ? "last epoch"
                            : objective.scope == "best" ? "best epoch"
                                                        : "mean of the epochs";
  return fmt::format("{} ({}, {})", objective.metric, objective.mode, scope);
}

std::string MetricText(const std::optional<double>& value) {
  if (!value) return "diverged";
  return std::abs(*value) < 1e6 ? fmt::format("{:.4f}", *value) : fmt::format("{:.4e}", *value);
}

std::string CountsText(const std::map<std::string, int64_t>& counts,
                       const std::vector<std::string>& states) {
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
