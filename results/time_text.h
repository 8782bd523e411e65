// Points in time as the database writes them: ISO 8601 in UTC with milliseconds,
// "2024-05-01T12:00:00.123Z".
#pragma once

#include <string>

namespace lrsweep {

std::string UtcNow();

/// Seconds from one such time to another; 0 if either cannot be read.
double SecondsBetween(const std::string& from, const std::string& to);

/// "0.4 s", "12 s", "3 min 05 s", "2 h 03 min".
std::string DurationText(double seconds);

}  // namespace lrsweep
