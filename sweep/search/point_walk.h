// Walks through the points of one scheduler entry with one optimizer entry and writes each as the
// canonical JSON that is hashed to its ids (trial_id.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "params/value.h"
#include "sweep/config/sweep_config.h"
#include "sweep/config/trial_id.h"
#include "sweep/search/dimension.h"

namespace lrsweep {

/// An odometer over the dimensions; it starts with the first place of each. A step rewrites only
/// the sections in which a value changed, since most points of a large space differ from their
/// neighbours in one section.
class PointWalk {
 public:
  /// `dimensions`: slowest first, each with at least one place. All arguments must outlive the
  /// walk.
  PointWalk(const SweepConfig& config, const Entry& scheduler, const Entry& optimizer,
            const std::vector<Dimension>& dimensions);

  /// Moves to the next point, from the last one to the first.
  void Next();
  /// Moves to that place of the slowest dimension and to the first one of all others.
  void MoveTo(uint64_t place);

  /// A parameter of the trial at this point; nullptr where it has none of that path. Where Check
  /// would throw, it is the parameter as written.
  const Value* At(const std::string& path) const;
  /// Throws ConfigError where the entries' parameters contradict one another at this point.
  void Check() const;

  /// ToJson(CanonicalParams(params)) of the point's parameters, and the same without the seed. Only
  /// where Check passes.
  std::string TrialJson() const { return Join(&Section::json); }
  std::string GroupJson() const { return Join(&Section::json_without_seed); }
  /// A hash that is equal for points whose trials have equal rates at every step by their
  /// parameters (ScheduleKey). Only where Check passes.
  uint64_t ScheduleHash() const;

 private:
  struct Section {
    std::string name;
    Map trial;         // {name: section}, as the trial has it
    std::string json;  // "key":{...}; empty where every value equals its default
    std::string json_without_seed;
    uint64_t schedule_hash = 0;  // of what decides rates; 0: nothing does
    bool changed = true;
  };
  struct Digit {
    const Dimension* dimension;
    std::vector<size_t> sections;  // of each axis: index in sections_
    uint64_t place = 0;
  };

  void Set(Digit& digit, uint64_t place);
  void WriteChanged();
  void WriteSections();
  void Write(Section& section);
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
  std::exception_ptr mistake_;           // the ConfigError of this point; null: none
};

}  // namespace lrsweep
