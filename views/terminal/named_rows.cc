#include "views/terminal/named_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "params/text.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

/// Up to this number of trials, epochs are read trial by trial; above it, those of the whole sweep
/// at once.
constexpr size_t kFewTrials = 1'000;

template <typename Item>
bool Contains(const std::vector<Item>& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

std::optional<double> ScoreOf(const Store& store, const std::string& trial_id,
                              const Objective& objective) {
  const std::string recorded = ParseKnownMetric(objective.metric).recorded;
  RankedCurve curve{trial_id};
  // Same as in the store: a trial that diverged has no value by any metric.
  curve.diverged = store.TrialById(trial_id).diverged;
  curve.is_sparse = store.Sweep().IsOfProgram();
  for (const EpochRow& epoch : store.Epochs(trial_id)) {
    curve.Add(epoch.epoch, MetricValue(epoch.metrics, recorded), epoch.steps_done,
              epoch.wall_seconds);
  }
  return Score(curve, objective, store.Metrics());
}

[[noreturn]] void RefuseDiffering(const std::string& parameter) {
  throw std::invalid_argument(fmt::format(
      "a group has no {}: its trials differ in it; without --by group each trial is a row",
      parameter));
}

}  // namespace

NamedRows::NamedRows(const Store& store, Objective objective,
                     std::vector<std::string> fixed_columns, const std::string& value_column,
                     std::vector<NamedRow> rows, const std::set<std::string>& differing)
    : store_(store),
      metrics_(store.Metrics()),
      objective_(std::move(objective)),
      fixed_columns_(std::move(fixed_columns)),
      value_column_(value_column),
      rows_(std::move(rows)),
      test_values_(store, objective_) {
  const TrialLabels labels = store.Labels();
  std::set<std::string> taken;  // in lower case: SQL ignores the case of names
  for (const std::string& name : fixed_columns_) taken.insert(Lower(name));
  std::set<std::string> metric_names;
  std::set<std::string> parameters;
  for (const LabelPath& row : labels.Paths()) {
    parameters.insert({Lower(labels.ShortName(row.path)), Lower(row.path)});
  }
  for (const MetricInfo& metric : metrics_) {
    const std::string name = Lower(metric.name);
    // A metric that nobody has declared may appear late: it takes no parameter's name away.
    const bool gives_way = metric.better == Better::kUnknown && parameters.contains(name);
    if (gives_way || taken.contains(name)) metric_by_name_["metrics." + metric.name] = metric.name;
    if (!gives_way) metric_names.insert(name);
  }
  taken.insert(metric_names.begin(), metric_names.end());
  if (TestMetric()) taken.insert(kTestValue);
  for (const LabelPath& row : labels.Paths()) {
    if (name_by_path_.contains(row.path)) continue;
    std::string name = labels.ShortName(row.path);
    if (!taken.insert(Lower(name)).second) name = row.path;
    taken.insert(Lower(name));
    name_by_path_[row.path] = name;
    if (differing.contains(row.path)) {
      differing_.insert(name);
    } else {
      path_by_name_[name] = row.path;
    }
  }
}

std::string NamedRows::Column(const std::string& name) const {
  if (const auto found = name_by_path_.find(name); found != name_by_path_.end()) {
    if (found->second != name) return Column(found->second);
  }
  if (Contains(fixed_columns_, name) || path_by_name_.contains(name) || IsTestValue(name)) {
    return name;
  }
  if (metric_by_name_.contains(name)) return name;
  if (differing_.contains(name)) RefuseDiffering(name);
  if (name.find('(') != std::string::npos || FindMetric(metrics_, name) != nullptr) {
    return ToText(ParseMetric(name, metrics_));
  }
  throw std::invalid_argument(
      fmt::format("unknown column '{}': it is one of {}, or a derived metric such as "
                  "epochs_to(METRIC, THRESHOLD)",
                  name, fmt::join(Offered(), ", ")));
}

std::vector<std::string> NamedRows::Offered() const {
  std::vector<std::string> names = fixed_columns_;
  if (TestMetric()) names.emplace_back(kTestValue);
  for (const auto& [name, path] : path_by_name_) names.push_back(name);
  for (const MetricInfo& metric : metrics_) names.push_back(ColumnOf(metric.name));
  return names;
}

std::string NamedRows::ColumnOf(const std::string& metric) const {
  const std::string other = "metrics." + metric;
  return metric_by_name_.contains(other) ? other : metric;
}

Objective NamedRows::ObjectiveOf(const std::string& metric) const {
  if (metric == objective_.metric) return objective_;
  const Metric parsed = ParseMetric(metric, metrics_);
  Objective objective{metric};
  if (!parsed.IsDerived()) objective.scope = objective_.scope;
  if (parsed.better != Better::kUnknown) {
    objective.mode = NaturalMode(metric, metrics_);
  } else if (objective.scope == "best") {  // which one is best is not known
    objective.scope = Objective{}.scope;
  }
  return objective;
}

const std::unordered_map<std::string, double>& NamedRows::Values(const std::string& metric) const {
  const auto [found, is_new] = values_.try_emplace(metric);
  if (!is_new) return found->second;
  const Objective objective = ObjectiveOf(metric);
  size_t trials = 0;
  for (const NamedRow& row : rows_) trials += row.trial_ids.size();
  if (trials > kFewTrials) {
    for (const ScoredTrial& trial : store_.Scores(objective)) {
      if (trial.value) found->second.emplace(trial.trial_id, *trial.value);
    }
    return found->second;
  }
  for (const NamedRow& row : rows_) {
    for (const std::string& trial_id : row.trial_ids) {
      const std::optional<double> value = ScoreOf(store_, trial_id, objective);
      if (value) found->second.emplace(trial_id, *value);
    }
  }
  return found->second;
}

std::optional<double> NamedRows::MetricAt(size_t row, const std::string& metric) const {
  if (IsTestValue(metric)) return test_values_.MeanOf(rows_[row].trial_ids);
  const std::unordered_map<std::string, double>& values = Values(metric);
  double sum = 0;
  for (const std::string& trial_id : rows_[row].trial_ids) {
    const auto value = values.find(trial_id);
    if (value == values.end()) return std::nullopt;
    sum += value->second;
  }
  if (rows_[row].trial_ids.empty()) return std::nullopt;
  return sum / static_cast<double>(rows_[row].trial_ids.size());
}

/// The parameter's text; nullptr where the row lacks it.
const std::string* NamedRows::ParameterAt(size_t row, const std::string& column) const {
  const FlatParams& params = rows_[row].params;
  const auto found = params.find(path_by_name_.at(column));
  return found == params.end() ? nullptr : &found->second;
}

Cell NamedRows::At(size_t row, const std::string& column) const {
  const auto fixed = std::find(fixed_columns_.begin(), fixed_columns_.end(), column);
  if (fixed != fixed_columns_.end()) {
    return rows_[row].fixed.at(static_cast<size_t>(fixed - fixed_columns_.begin()));
  }
  if (differing_.contains(column)) RefuseDiffering(column);
  if (path_by_name_.contains(column)) {
    const std::string* text = ParameterAt(row, column);
    return text == nullptr ? Cell() : ToCell(*text);
  }
  const auto renamed = metric_by_name_.find(column);
  const std::optional<double> value =
      MetricAt(row, renamed == metric_by_name_.end() ? column : renamed->second);
  return value ? Cell(*value) : Cell();
}

std::string NamedRows::TextAt(size_t row, const std::string& column) const {
  if (path_by_name_.contains(column)) {
    const std::string* text = ParameterAt(row, column);
    return text == nullptr ? "" : *text;
  }
  const Cell cell = At(row, column);
  const bool is_fixed = Contains(fixed_columns_, column);
  const bool is_test = IsTestValue(column);
  const std::string& metric = is_fixed ? objective_.metric : is_test ? *TestMetric() : column;
  if (const auto* integer = std::get_if<int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* real = std::get_if<double>(&cell)) {
    return column == "wall_seconds" ? fmt::format("{:.1f}", *real) : NumberText(metric, *real);
  }
  if (is_test || (is_fixed && column != value_column_)) return "";
  return MetricText(metric, std::nullopt, rows_[row].diverged);
}

bool NamedRows::IsNumber(const std::string& column) const {
  const bool is_metric = !Contains(fixed_columns_, column) && !path_by_name_.contains(column);
  if (is_metric || column == value_column_) return true;
  for (size_t row = 0; row < rows_.size(); ++row) {
    const Cell cell = At(row, column);
    if (std::holds_alternative<std::string>(cell)) return false;
    if (!std::holds_alternative<std::monostate>(cell)) return true;
  }
  return false;
}

bool NamedRows::HasTestValue() const {
  if (!TestMetric()) return false;
  for (size_t row = 0; row < rows_.size(); ++row) {
    if (MetricAt(row, kTestValue)) return true;
  }
  return false;
}

std::vector<size_t> NamedRows::Where(const std::string& condition) const {
  std::vector<std::string> columns = Offered();
  columns.insert(columns.end(), differing_.begin(), differing_.end());
  const auto cell_of = [this](size_t row, const std::string& column) { return At(row, column); };
  try {
    return RowsWhere(condition, {columns, name_by_path_, metrics_}, rows_.size(), cell_of);
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    if (what.find("no such column") == std::string::npos) throw;
    throw std::invalid_argument(fmt::format("{}; known are {}", what, fmt::join(Offered(), ", ")));
  }
}

void NamedRows::Keep(const std::vector<size_t>& rows) {
  std::vector<NamedRow> kept;
  kept.reserve(rows.size());
  for (const size_t row : rows) kept.push_back(std::move(rows_.at(row)));
  rows_ = std::move(kept);
}

void NamedRows::KeepFirst(size_t most) { rows_.resize(std::min(most, rows_.size())); }

}  // namespace lrsweep
