// Compares the rate that a program says it applied with its schedule's. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schedulers/trial_schedule.h"

namespace lrsweep {

/// What a program says of the last step that it has done.
struct AppliedStep {
  int64_t step = 0;  // of the whole trial, from 0
  std::optional<double> lr, momentum;
};

/// How the program came to that step.
struct CheckedTrial {
  const TrialSchedule& schedule;
  bool counts_steps = true;  // false: a tick of the schedule's clock is an epoch, as is `step`
  int64_t resumed_at = 0;    // the step at which this attempt resumed; 0: it began anew
};

/// Nothing where the rates are those of the schedule at that step, as float32 and up to one unit in
/// the last place of it. Else a sentence: the rate applied, the one that is meant, and which of the
/// usual mistakes explains the difference, where one does.
std::optional<std::string> FindRateMistake(const AppliedStep& applied, const CheckedTrial& trial);

}  // namespace lrsweep
