// Thinning of long curves that keeps every spike.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lrsweep {

/// Which of the values to draw, in their order: all where they are at most `most` (at least 4);
/// else they are cut into buckets of equal length, and of each the first, the least, the greatest
/// and the last are taken, so that no spike is lost. NaN is neither least nor greatest.
/// Thread-safe.
std::vector<size_t> Thinned(std::span<const double> values, size_t most);

}  // namespace lrsweep
