#include "schedulers/inverse_sqrt.h"

#include <cmath>

#include "schedulers/require.h"

namespace lrsweep {

Schedule InverseSqrt(const InverseSqrtOptions& options, const Rates& optimizer) {
  RequireAtLeastZero("num_warmup_steps", options.num_warmup_steps);
  if (options.timescale) RequireAtLeastOne("timescale", *options.timescale);
  const int64_t warmup = options.num_warmup_steps;
  const int64_t timescale = options.timescale.value_or(warmup > 0 ? warmup : 10'000);
  return [warmup, timescale, optimizer](int64_t tick) {
    double factor = 0;
    if (tick < warmup) {
      factor = static_cast<double>(tick) / static_cast<double>(warmup);
    } else {
      const auto time = static_cast<double>(tick - warmup + timescale);
      factor = 1.0 / std::sqrt(time / static_cast<double>(timescale));
    }
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

}  // namespace lrsweep
