#include "schedulers/cosine.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "schedulers/require.h"

namespace lrsweep {
namespace {

/// One cycle between two restarts.
struct Cycle {
  int64_t start;   // its first tick
  int64_t length;  // in ticks
};

/// The cycle that holds the tick. With t_mult above 1 cycles grow at least twofold, so that there
/// are at most 63 to count: in integers, where a logarithm would have to be corrected.
Cycle CycleAt(const CosineAnnealingWarmRestartsOptions& options, int64_t tick) {
  if (options.t_mult == 1) return {tick - tick % options.t_0, options.t_0};
  Cycle cycle = {0, options.t_0};
  while (tick - cycle.start >= cycle.length) {
    cycle.start += cycle.length;
    const bool endless = cycle.length > std::numeric_limits<int64_t>::max() / options.t_mult;
    cycle.length = endless ? std::numeric_limits<int64_t>::max() : cycle.length * options.t_mult;
  }
  return cycle;
}

}  // namespace

Schedule CosineAnnealingLr(const CosineAnnealingLrOptions& options, const Rates& optimizer) {
  RequireAtLeastOne("T_max", options.t_max);
  return [options, optimizer](int64_t tick) {
    const double angle =
        std::numbers::pi * static_cast<double>(tick) / static_cast<double>(options.t_max);
    const double lr =
        options.eta_min + (optimizer.lr - options.eta_min) * (1 + std::cos(angle)) / 2;
    return Rates{lr, optimizer.momentum};
  };
}

Schedule CosineAnnealingWarmRestarts(const CosineAnnealingWarmRestartsOptions& options,
                                     const Rates& optimizer) {
  RequireAtLeastOne("T_0", options.t_0);
  RequireAtLeastOne("T_mult", options.t_mult);
  return [options, optimizer](int64_t tick) {
    const Cycle cycle = CycleAt(options, tick);
    const double angle = std::numbers::pi * static_cast<double>(tick - cycle.start) /
                         static_cast<double>(cycle.length);
    const double lr =
        options.eta_min + (optimizer.lr - options.eta_min) * (1 + std::cos(angle)) / 2;
    return Rates{lr, optimizer.momentum};
  };
}

}  // namespace lrsweep
