#include "schedulers/wsd.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "schedulers/require.h"

namespace lrsweep {
namespace {

double Rise(const WsdOptions& options, double share) {
  switch (options.warmup_type) {
    case RampType::kLinear:
      return share;
    case RampType::kCosine:
      return 0.5 * (1.0 - std::cos(std::numbers::pi * share));
    case RampType::kOneMinusSqrt:
      return 1.0 - std::sqrt(1.0 - share);
  }
  return share;
}

double Fall(const WsdOptions& options, double share) {
  switch (options.decay_type) {
    case RampType::kLinear:
      return 1.0 - share;
    case RampType::kCosine:
      return 0.5 * (1.0 + std::cos(std::numbers::pi * options.num_cycles * 2.0 * share));
    case RampType::kOneMinusSqrt:
      return 1.0 - std::sqrt(share);
  }
  return 1.0 - share;
}

double Factor(const WsdOptions& options, int64_t tick) {
  const double least = options.min_lr_ratio;
  const auto above_least = [least](double ramp) {
    return std::max(0.0, ramp * (1.0 - least) + least);
  };
  if (tick < options.num_warmup_steps) {
    const auto length = static_cast<double>(options.num_warmup_steps);
    return above_least(Rise(options, static_cast<double>(tick) / length));
  }
  const int64_t decay_start = options.num_warmup_steps + options.num_stable_steps;
  if (tick < decay_start) return 1;
  if (tick < decay_start + options.num_decay_steps) {
    const auto length = static_cast<double>(options.num_decay_steps);
    return above_least(Fall(options, static_cast<double>(tick - decay_start) / length));
  }
  return least;
}

}  // namespace

Schedule Wsd(const WsdOptions& options, const Rates& optimizer) {
  RequireAtLeastZero("num_warmup_steps", options.num_warmup_steps);
  RequireAtLeastZero("num_stable_steps", options.num_stable_steps);
  RequireAtLeastZero("num_decay_steps", options.num_decay_steps);
  RequireBetween("min_lr_ratio", options.min_lr_ratio, 0, 1);
  return [options, optimizer](int64_t tick) {
    return Rates{optimizer.lr * Factor(options, tick), optimizer.momentum};
  };
}

}  // namespace lrsweep
