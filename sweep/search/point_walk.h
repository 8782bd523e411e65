// The points of a scheduler and an optimizer entry one after another, as the canonical JSON that
// ids are hashes of.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// Stands at one point of the grid that the axes span, at first with the first value of each. From
/// one point to the next only the sections are written again in which a value changed: most of a
/// large space's points differ from their neighbours in one section.
class PointWalk {
 public:
  /// `axes`: slowest first. All must outlive the walk. Throws ConfigError, as Next does, where an
  /// entry's parameters contradict one another.
  PointWalk(const SweepConfig& config, const Entry& scheduler, const Entry& optimizer,
            const std::vector<const Axis*>& axes);

  /// To the next point; from the last one to the first.
  void Next();

  /// ToJson(CanonicalParams(...)) of the point, and the same without the seed.
  std::string TrialJson() const { return Join(&Section::json); }
  std::string GroupJson() const { return Join(&Section::json_without_seed); }

 private:
  struct Section {
    std::string name;
    std::string json;  // with its key in front; empty where all of it is left out
    std::string json_without_seed;
    bool changed = true;
  };
  struct Digit {
    const Axis* axis;
    size_t section;  // in sections_
    size_t value = 0;
  };

  void Set(Digit& digit, size_t value);
  void WriteChanged();
  void Write(Section& section) const;
  std::string Join(std::string Section::*text) const;

  const Entry& scheduler_entry_;
  const Entry& optimizer_entry_;
  Map params_;                     // of the point, with what the schedule overrides
  std::vector<Digit> digits_;      // slowest first
  std::vector<Section> sections_;  // in the order of their names
  size_t scheduler_ = 0;           // its place in sections_
  std::vector<std::string> overridden_;
};

}  // namespace lrsweep
