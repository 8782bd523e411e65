#include "analysis/statistics/pareto.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace lrsweep {
namespace {

bool IsNumber(const std::optional<double>& value) { return value && !std::isnan(*value); }

}  // namespace

std::vector<size_t> ParetoFront(const std::vector<Tradeoff>& points) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < points.size(); ++i) {
    if (IsNumber(points[i].first) && IsNumber(points[i].second)) candidates.push_back(i);
  }
  std::sort(candidates.begin(), candidates.end(), [&points](size_t a, size_t b) {
    return std::tuple(*points[a].first, *points[a].second, a) <
           std::tuple(*points[b].first, *points[b].second, b);
  });

  std::vector<size_t> front;
  for (const size_t i : candidates) {
    // Earlier points are at least as good in the first value, and the front's last point is the
    // best of them in the second.
    if (!front.empty()) {
      const Tradeoff& last = points[front.back()];
      const bool equal = *points[i].first == *last.first && *points[i].second == *last.second;
      if (!equal && *points[i].second >= *last.second) continue;
    }
    front.push_back(i);
  }
  return front;
}

}  // namespace lrsweep
