// The rows of a ranking with columns that people name: in `--columns`, `--where` and `--pareto`.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/store.h"
#include "results/store_filter.h"

namespace lrsweep {

/// A trial, or a group of them.
struct NamedRow {
  std::vector<Cell> fixed;             // one for each fixed column
  FlatParams params;                   // of a group without those that its trials differ in
  std::vector<std::string> trial_ids;  // that have ended: what its metrics are of
  bool diverged = false;               // one of them
  int64_t without_value = 0;           // how many of them have none by the objective
};

/// A column is one of the fixed ones; a parameter, by its short name ("max_lr") or its path
/// ("optimizer.lr"); or a metric. Parameters that a row lacks are NULL, and so are metrics that one
/// of its trials has no value of; the metric of several trials is their mean.
class NamedRows {
 public:
  /// `value_column`: the fixed one that has the objective's value, or a mean of it. `differing`:
  /// paths of parameters that a row's trials differ in: to name one is an error. `store` must live
  /// as long.
  NamedRows(const Store& store, Objective objective, std::vector<std::string> fixed_columns,
            const std::string& value_column, std::vector<NamedRow> rows,
            const std::set<std::string>& differing = {});

  size_t size() const { return rows_.size(); }
  const NamedRow& Row(size_t row) const { return rows_.at(row); }

  /// The column's name in its one form. Throws std::invalid_argument for one that the rows do not
  /// have, with those that they have; as At and Where do.
  std::string Column(const std::string& name) const;

  Cell At(size_t row, const std::string& column) const;
  /// The same for people.
  std::string TextAt(size_t row, const std::string& column) const;
  bool IsNumber(const std::string& column) const;  // is to be aligned at the right

  /// The rows for which the condition holds (store_filter.h). It may name parameters by their
  /// paths and use metrics, as in `optimizer.lr > 0.05 and epochs_to(val_accuracy, 0.97) < 5`.
  std::vector<size_t> Where(const std::string& condition) const;

  /// Keeps the rows of these indices, in this order.
  void Keep(const std::vector<size_t>& rows);
  void KeepFirst(size_t most);

  /// How a metric is ranked in these rows: by the objective if it is its own.
  Objective ObjectiveOf(const std::string& metric) const;

 private:
  std::vector<std::string> Offered() const;
  const std::string* ParameterAt(size_t row, const std::string& column) const;
  std::optional<double> MetricAt(size_t row, const std::string& metric) const;
  const std::unordered_map<std::string, double>& Values(const std::string& metric) const;

  const Store& store_;
  Objective objective_;
  std::vector<std::string> fixed_columns_;
  std::string value_column_;
  std::vector<NamedRow> rows_;
  std::map<std::string, std::string> path_by_name_;  // of the parameters
  std::map<std::string, std::string> name_by_path_;
  std::set<std::string> differing_;  // names of parameters, not in path_by_name_
  mutable std::map<std::string, std::unordered_map<std::string, double>> values_;  // by metric
};

}  // namespace lrsweep
