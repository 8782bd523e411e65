// Rows of a ranking whose columns are read by name: for `--columns`, `--where` and `--pareto`.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/test_value.h"
#include "results/store.h"
#include "results/store_filter.h"

namespace lrsweep {

/// A trial, or a group of them.
struct NamedRow {
  std::vector<Cell> fixed;             // one for each fixed column
  FlatParams params;                   // of a group without those that its trials differ in
  std::vector<std::string> trial_ids;  // its trials that have ended: its metrics are their means
  bool diverged = false;               // one of them diverged
  int64_t without_value = 0;           // trials without a value of the objective
};

/// The column of what is reached on the test images (analysis/test_value.h), where the sweep holds
/// back images.
inline constexpr const char* kTestValue = "test_value";

/// A column is one of the fixed ones; a parameter, by its short name ("max_lr") or its path
/// ("optimizer.lr"); a metric, or kTestValue, which for several trials are their means. A parameter
/// that the row lacks is NULL, and so is a metric that one of its trials has no value of. A
/// program's metric that has the name of a fixed column is "metrics.state", and so is one that it
/// did not declare and that has the name of a parameter.
class NamedRows {
 public:
  /// `value_column`: the fixed column of the objective's value, or of its mean. `differing`: paths
  /// of parameters that the trials of a row differ in; naming one is an error. `store` must outlive
  /// this object.
  NamedRows(const Store& store, Objective objective, std::vector<std::string> fixed_columns,
            const std::string& value_column, std::vector<NamedRow> rows,
            const std::set<std::string>& differing = {});

  size_t size() const { return rows_.size(); }
  const NamedRow& Row(size_t row) const { return rows_.at(row); }
  const MetricTable& Metrics() const { return metrics_; }  // that the sweep knows
  /// The metric of kTestValue; none where there is no such column.
  const std::optional<std::string>& TestMetric() const { return test_values_.Metric(); }
  /// Whether a row has a value of kTestValue.
  bool HasTestValue() const;

  /// The canonical form of a column's name. Throws std::invalid_argument, with the known names, for
  /// an unknown one; so do At and Where.
  std::string Column(const std::string& name) const;

  /// The column of a metric in its canonical form.
  std::string ColumnOf(const std::string& metric) const;

  Cell At(size_t row, const std::string& column) const;
  /// At as text for people.
  std::string TextAt(size_t row, const std::string& column) const;
  bool IsNumber(const std::string& column) const;  // to be aligned right

  /// The rows for which the condition is true (results/store_filter.h), which may name parameters
  /// by their paths: `optimizer.lr > 0.05 and epochs_to(val_accuracy, 0.97) < 5`.
  std::vector<size_t> Where(const std::string& condition) const;

  /// Keeps the rows of these indices, in this order.
  void Keep(const std::vector<size_t>& rows);
  void KeepFirst(size_t most);

  /// The objective by which a metric ranks these rows: their own objective for its metric.
  Objective ObjectiveOf(const std::string& metric) const;

 private:
  std::vector<std::string> Offered() const;
  const std::string* ParameterAt(size_t row, const std::string& column) const;
  std::optional<double> MetricAt(size_t row, const std::string& metric) const;
  bool IsTestValue(const std::string& column) const { return column == kTestValue && TestMetric(); }
  const std::unordered_map<std::string, double>& Values(const std::string& metric) const;

  const Store& store_;
  MetricTable metrics_;
  Objective objective_;
  std::vector<std::string> fixed_columns_;
  std::string value_column_;
  std::vector<NamedRow> rows_;
  TestValues test_values_;
  std::map<std::string, std::string> path_by_name_;  // of the parameters
  std::map<std::string, std::string> name_by_path_;
  std::set<std::string> differing_;                    // names of parameters, not in path_by_name_
  std::map<std::string, std::string> metric_by_name_;  // "metrics.state": "state"
  mutable std::map<std::string, std::unordered_map<std::string, double>> values_;  // by metric
};

}  // namespace lrsweep
