// Durations as people write them. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>

namespace lrsweep {

/// What ParseDuration takes, for errors and help.
inline constexpr const char* kDurationForms = "seconds, 90m, 2h, 1d, or [[D-]HH:]MM:SS";

/// The seconds of "90", "90s", "1.5m", "2h", "1d", or Slurm's form [[D-]HH:]MM:SS; below 3e10.
/// Nullopt for any other text.
std::optional<double> ParseDuration(const std::string& text);

}  // namespace lrsweep
