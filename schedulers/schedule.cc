#include "schedulers/schedule.h"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "params/value.h"

namespace lrsweep {
namespace {

void RequireAtLeastOne(const std::string& name, int64_t ticks) {
  if (ticks < 1) {
    throw std::invalid_argument(name + " must be at least 1, not " + std::to_string(ticks));
  }
}

void RequireAboveZero(const std::string& name, double number) {
  if (!(number > 0)) {
    throw std::invalid_argument(name + " must be above 0, not " + ShortestReal(number));
  }
}

void RequireOrder(const std::string& low_name, double low, const std::string& high_name,
                  double high) {
  if (!(low <= high)) {
    throw std::invalid_argument(low_name + " " + ShortestReal(low) + " is above " + high_name +
                                " " + ShortestReal(high));
  }
}

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

Schedule StepLr(const StepLrOptions& options, const Rates& optimizer) {
  RequireAtLeastOne("step_size", options.step_size);
  return [options, optimizer](int64_t tick) {
    const int64_t decays = tick / options.step_size;
    const double factor = std::pow(options.gamma, static_cast<double>(decays));
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

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
