#include "sweep/help/database_values.h"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "params/text.h"
#include "results/store.h"

namespace lrsweep {
namespace {

constexpr int64_t kMostTrials = 20000;
constexpr size_t kMostLabelled = 500;  // a label takes longer than an id

/// Calls read(store); nothing where there is no database that can be read.
template <typename Read>
std::vector<Candidate> FromStore(const std::string& db, const Read& read) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(db, ignored)) return {};  // a pipe would block
  try {
    return read(Store::Open(db));
  } catch (const std::exception&) {
    return {};
  }
}

/// "StepLR gamma=0.1 seed=2, completed, 0.9714".
std::string Description(const TrialRow& trial, const TrialLabels* labels) {
  std::string text = trial.scheduler;
  if (labels != nullptr) {
    const std::string label = labels->Of(trial.scheduler, FlatText(trial.params_json));
    if (!label.empty()) text += " " + label;
  }
  text += ", " + (trial.diverged ? "diverged" : trial.state);
  if (trial.objective_value) text += fmt::format(", {:.4g}", *trial.objective_value);
  return OneLine(text);
}

std::vector<Candidate> TrialsOf(const Store& store, const std::string& prefix) {
  const std::vector<TrialRow> trials = store.TrialsByPrefix(Lower(prefix), kMostTrials + 1);
  if (trials.size() > static_cast<size_t>(kMostTrials)) return {};
  std::optional<TrialLabels> labels;
  if (trials.size() <= kMostLabelled) labels = store.Labels();
  std::vector<Candidate> found;
  found.reserve(trials.size());
  for (const TrialRow& trial : trials) {
    found.push_back({trial.trial_id, Description(trial, labels ? &*labels : nullptr)});
  }
  return found;
}

std::vector<Candidate> MetricsOf(const Store& store) {
  std::vector<Candidate> found;
  for (const MetricInfo& metric : store.Metrics()) {
    found.push_back({OneLine(metric.name), OneLine(metric.help)});
  }
  return found;
}

}  // namespace

DatabaseValues ValuesOfDatabases() {
  return {.trials =
              [](const std::string& db, const std::string& prefix) {
                return FromStore(db, [&](const Store& store) { return TrialsOf(store, prefix); });
              },
          .metrics = [](const std::string& db) { return FromStore(db, MetricsOf); }};
}

}  // namespace lrsweep
