#include "views/charts/thinning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace lrsweep {

std::vector<size_t> Thinned(std::span<const double> values, size_t most) {
  std::vector<size_t> chosen;
  if (values.size() <= most) {
    chosen.resize(values.size());
    std::iota(chosen.begin(), chosen.end(), size_t{0});
    return chosen;
  }
  const size_t buckets = std::max<size_t>(1, most / 4);
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    const size_t first = values.size() * bucket / buckets;
    const size_t end = values.size() * (bucket + 1) / buckets;
    std::array<size_t, 4> of_bucket = {first, first, first, end - 1};
    for (size_t i = first; i < end; ++i) {
      if (std::isnan(values[i])) continue;
      // Comparisons with NaN are false, so the first number replaces it.
      if (!(values[i] >= values[of_bucket[1]])) of_bucket[1] = i;
      if (!(values[i] <= values[of_bucket[2]])) of_bucket[2] = i;
    }
    std::sort(of_bucket.begin(), of_bucket.end());
    chosen.insert(chosen.end(), of_bucket.begin(), std::unique(of_bucket.begin(), of_bucket.end()));
  }
  return chosen;
}

}  // namespace lrsweep
