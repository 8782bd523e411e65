#include "schedulers/cyclic.h"

#include <cmath>

#include "schedulers/require.h"

namespace lrsweep {
namespace {

void Validate(const CyclicLrOptions& options) {
  RequireAboveZero("step_size_up", options.step_size_up);
  if (options.step_size_down) RequireAboveZero("step_size_down", *options.step_size_down);
  RequireOrder("base_lr", options.base_lr, "max_lr", options.max_lr);
  if (options.mode == CyclicMode::kExpRange) {
    RequireAboveZero("gamma", options.gamma);
    RequireOrder("gamma", options.gamma, "its maximum", 1.0);
  }
  if (options.cycle_momentum) {
    RequireOrder("base_momentum", options.base_momentum, "max_momentum", options.max_momentum);
  }
}

/// What scales the height of a cycle. `cycle` counts from 1.
double CycleScale(const CyclicLrOptions& options, double cycle, int64_t tick) {
  switch (options.mode) {
    case CyclicMode::kTriangular:
      return 1.0;
    case CyclicMode::kTriangular2:
      return 1 / std::pow(2.0, cycle - 1);
    case CyclicMode::kExpRange:
      return std::pow(options.gamma, static_cast<double>(tick));
  }
  return 1.0;
}

}  // namespace

Schedule CyclicLr(const CyclicLrOptions& options, double momentum) {
  Validate(options);
  const double cycle_size =
      options.step_size_up + options.step_size_down.value_or(options.step_size_up);
  const double peak = options.step_size_up / cycle_size;  // as a share of the cycle
  return [options, momentum, cycle_size, peak](int64_t tick) {
    // PyTorch's operations in PyTorch's order: another order gives other last digits.
    const double cycles = static_cast<double>(tick) / cycle_size;
    const double cycle = std::floor(1 + cycles);
    const double position = 1.0 + cycles - cycle;  // within the cycle, 0 to 1
    const double height = position <= peak ? position / peak : (position - 1) / (peak - 1);
    const double scale = CycleScale(options, cycle, tick);
    Rates rates;
    rates.lr = options.base_lr + (options.max_lr - options.base_lr) * height * scale;
    rates.momentum =
        options.cycle_momentum
            ? options.max_momentum - (options.max_momentum - options.base_momentum) * height * scale
            : momentum;
    return rates;
  };
}

}  // namespace lrsweep
