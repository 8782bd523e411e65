// Finds the Pareto front: the points that no other point beats in both of two values. Pure;
// thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace lrsweep {

/// Two values, of which less is better. None: never reached or diverged, which every number beats.
struct Tradeoff {
  std::optional<double> first, second;
};

/// Indices of the points that are not dominated (another is no worse in both and better in one), by
/// ascending first value, then index. Points without both values are not on the front. Equal points
/// are all on it. O(n log n).
std::vector<size_t> ParetoFront(const std::vector<Tradeoff>& points);

}  // namespace lrsweep
