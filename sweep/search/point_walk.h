// Walks through the points of one scheduler entry with one optimizer entry and writes each as the
// canonical JSON that is hashed to its ids (trial_id.h).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/sweep_config.h"
#include "sweep/config/trial_id.h"

namespace lrsweep {

/// An odometer over the axes; it starts with the first value of each. A step rewrites only the
/// sections in which a value changed, since most points of a large space differ from their
/// neighbours in one section.
class PointWalk {
 public:
  /// `axes`: slowest first. All arguments must outlive the walk. Throws ConfigError, as Next does,
  /// where an entry's parameters contradict one another.
  PointWalk(const SweepConfig& config, const Entry& scheduler, const Entry& optimizer,
            const std::vector<const Axis*>& axes);

  /// Moves to the next point, from the last one to the first.
  void Next();

  /// ToJson(CanonicalParams(params)) of the point's parameters, and the same without the seed.
  std::string TrialJson() const { return Join(&Section::json); }
  std::string GroupJson() const { return Join(&Section::json_without_seed); }

 private:
  struct Section {
    std::string name;
    std::string json;  // "key":{...}; empty where every value equals its default
    std::string json_without_seed;
    bool changed = true;
  };
  struct Digit {
    const Axis* axis;
    size_t section;  // index in sections_
    size_t value = 0;
  };

  void Set(Digit& digit, size_t value);
  void WriteChanged();
  void Write(Section& section) const;
  std::string Join(std::string Section::*text) const;

  const Entry& scheduler_entry_;
  const Entry& optimizer_entry_;
  Model model_;
  Map params_;                           // of the point, before overridden ones are removed
  Map trial_scheduler_;                  // params_' scheduler, as a trial has it
  std::vector<Digit> digits_;            // slowest first
  std::vector<Section> sections_;        // in the order of their names
  size_t scheduler_ = 0;                 // index in sections_
  std::vector<std::string> overridden_;  // paths that the schedule overrides at this point
};

}  // namespace lrsweep
