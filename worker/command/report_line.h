// A line that a program reports, as one of four kinds (docs/programs.md). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trial/metrics.h"

namespace lrsweep {

inline constexpr size_t kMostReportBytes = 16u << 20;  // of one line

/// What a program says that it applied at its last step. NaN where it wrote null or NaN.
struct AppliedRates {
  std::optional<double> lr, momentum;
};

/// The end of an epoch.
struct EpochReport {
  int64_t epoch = 0;             // at least 1
  std::optional<int64_t> steps;  // of the whole trial so far, at least 1
  AppliedRates applied;
  std::vector<float> losses;         // of each step since the last report; empty: not reported
  Metrics metrics;                   // at least one
  std::vector<std::string> ignored;  // names of members that are neither numbers nor booleans
};

/// The end of the trial: as an epoch's report of the last epoch.
struct ResultReport {
  AppliedRates applied;
  std::vector<float> losses;
  Metrics metrics;
  std::vector<std::string> ignored;
};

/// How far the program is within an epoch.
struct ProgressReport {
  int64_t steps = 0;  // of the whole trial so far, at least 0
  double loss = 0;    // NaN: not reported
  AppliedRates applied;
  std::vector<std::string> ignored;  // names of all other members
};

/// A checkpoint is complete.
struct CheckpointReport {
  std::string path;  // as written
  int64_t epoch = 0;
};

/// A line that breaks the rules. `why`: "\"epoch\" is 0; expected an integer of at least 1".
struct BadReport {
  std::string why;
};

using Report = std::variant<EpochReport, ResultReport, ProgressReport, CheckpointReport, BadReport>;

/// Reads one JSON object. NaN, Infinity and -Infinity count as null, which is NaN. Memory and time
/// are linear in the line's length, whatever it holds.
Report ParseReport(std::string_view line);

}  // namespace lrsweep
