// Labels of trials: the parameters that differ among them, under short names.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "params/value.h"

namespace lrsweep {

/// Parameters as text under their dotted paths: numbers and lists as JSON, texts unquoted. What a
/// list of mappings holds has a path of its own: "scheduler.schedulers.1.gamma".
using FlatParams = std::map<std::string, std::string>;

FlatParams FlatText(const Map& params);
/// The same from JSON. Throws StoreError if it is not a JSON object.
FlatParams FlatText(const std::string& params_json);

/// A parameter that trials of this scheduler have. `varies`: not all of them have the same value.
struct LabelPath {
  std::string scheduler;
  std::string path;
  bool varies = false;
};

/// Gathers trials, then labels them. A parameter is named in a trial's label if it differs among
/// the trials of the same scheduler; by its last word ("max_lr"), or by its path ("optimizer.type")
/// where another parameter ends with the same word.
class TrialLabels {
 public:
  TrialLabels() = default;
  /// From Paths(). Before further trials, Add one of the earlier ones of each scheduler.
  explicit TrialLabels(const std::vector<LabelPath>& paths);

  void Add(const std::string& scheduler, const FlatParams& params);

  std::vector<LabelPath> Paths() const;
  /// Whether the parameter differs among the trials of any one scheduler.
  bool Varies(const std::string& path) const;

  /// "max_lr", or the path where another parameter ends with the same word. The path must be known.
  std::string ShortName(const std::string& path) const;

  /// "max_lr=0.1 seed=2", in the order of the paths; empty where nothing differs.
  std::string Of(const std::string& scheduler, const FlatParams& params) const;

 private:
  struct Seen {
    FlatParams first;                    // of the first trial that was added
    std::map<std::string, bool> varies;  // every path
  };

  std::map<std::string, Seen> by_scheduler_;
  std::map<std::string, std::set<std::string>> paths_by_last_word_;
};

}  // namespace lrsweep
