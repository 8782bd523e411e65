// The parameters of a sweep's trials as the columns of one table.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "results/store.h"
#include "views/json_rows.h"

namespace lrsweep {

/// Every parameter that any trial has, under its dotted path ("scheduler.step_size"), each of one
/// type: where trials differ in it, whole numbers become reals among reals, and everything becomes
/// text among texts.
class ParameterColumns {
 public:
  /// Looks through all trials, and leaves out the paths of `without`. Throws StoreError where a
  /// trial's parameters are no JSON object.
  explicit ParameterColumns(const Store& store, const std::set<std::string>& without = {});

  /// The paths, sorted.
  const std::vector<std::string>& Paths() const { return paths_; }
  /// The trial's value under each of Paths(), null where it has none.
  std::vector<Json> Values(const TrialRow& trial) const;

 private:
  enum class Kind { kNull, kTruth, kInteger, kReal, kList, kText };

  static Kind KindOf(const Json& value);
  /// The kind that holds both.
  static Kind Join(Kind a, Kind b);

  std::map<std::string, Kind> kinds_;
  std::vector<std::string> paths_;
};

/// A trial's parameters under their dotted paths, sorted; lists are values. Throws StoreError where
/// they are no JSON object.
std::map<std::string, Json> FlatJson(const TrialRow& trial);

/// A value as text: texts as they are, all else as JSON.
std::string PlainText(const Json& value);

}  // namespace lrsweep
