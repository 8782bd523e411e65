// Numbers of ticks as they are written: an integer, `run`, or a share of the run such as 12.5%.
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lrsweep {

/// The length of what the schedule has, as a word in the place of a number.
inline constexpr const char* kWholeRun = "run";

/// The form in which a share is stored, so that equal shares are equal texts: "12.5%" for
/// "012.50%", "run" for "100%", "0%" for "0.0%". Nothing where `text` is no decimal followed by %,
/// has more than 12 digits, or is above 10000%.
std::optional<std::string> CanonicalShare(std::string_view text);

/// The ticks that a share in its canonical form is of `run_ticks` (at least 0), rounded down.
/// Exact: 58% of 50 is 29.
int64_t TicksOfShare(std::string_view share, int64_t run_ticks);

}  // namespace lrsweep
