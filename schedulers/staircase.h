// Decay in intervals of decay_steps ticks: evenly, or in a staircase at the end of each.
#pragma once

#include <cstdint>
#include <vector>

#include "schedulers/spans.h"

namespace lrsweep {

/// How many intervals are over at `tick`; in a staircase, whole ones. `Options` has decay_steps, at
/// least 1, and staircase.
template <typename Options>
double IntervalsOver(const Options& options, int64_t tick) {
  const int64_t whole = tick / options.decay_steps;
  return options.staircase ? static_cast<double>(whole)
                           : static_cast<double>(tick) / static_cast<double>(options.decay_steps);
}

/// A staircase has its first decay to reach.
template <typename Options>
std::vector<Span> StaircaseSpans(const Options& options) {
  if (!options.staircase) return {};
  return {{"decay_steps", "the first decay", options.decay_steps, options.decay_steps}};
}

}  // namespace lrsweep
