// The parameters of a sweep's trials as the columns of one table.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "params/json_value.h"
#include "params/value.h"
#include "results/store.h"

namespace lrsweep {

/// The parameters in `params_json` (`trials.params`) as exports name them, sorted: each under its
/// dotted path (Flatten), and a list of nested schedules also whole under its own path, as version
/// 0.1.0 exported it. Throws as StoredParams.
std::map<std::string, Value> ExportedParams(const std::string& params_json);

/// Every parameter that any trial has, a column each. A column has one type: where trials differ in
/// it, integers become reals among reals, and everything becomes text among texts.
class ParameterColumns {
 public:
  /// Reads all trials once. `without`: paths that get no column. Throws as StoredParams.
  explicit ParameterColumns(const Store& store, const std::set<std::string>& without = {});

  /// The columns' names, sorted: paths as in ExportedParams.
  const std::vector<std::string>& Paths() const { return paths_; }
  /// The cell of each column for a trial with these parameters; null where it has none.
  std::vector<Json> Values(const std::string& params_json) const;

 private:
  enum class Kind { kNull, kTruth, kInteger, kReal, kList, kText };

  static Kind KindOf(const Value& value);
  /// The kind that holds both.
  static Kind Join(Kind a, Kind b);
  static Json CellOf(const Value& value, Kind kind);

  std::map<std::string, Kind> kinds_;
  std::vector<std::string> paths_;
};

}  // namespace lrsweep
