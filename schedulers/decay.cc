#include "schedulers/decay.h"

#include <algorithm>
#include <cmath>

#include "schedulers/require.h"

namespace lrsweep {

Schedule StepLr(const StepLrOptions& options, const Rates& optimizer) {
  RequireAtLeastOne("step_size", options.step_size);
  return [options, optimizer](int64_t tick) {
    const int64_t decays = tick / options.step_size;
    const double factor = std::pow(options.gamma, static_cast<double>(decays));
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

Schedule MultiStepLr(const MultiStepLrOptions& options, const Rates& optimizer) {
  RequireIncreasing("milestones", options.milestones, 0);
  return [options, optimizer](int64_t tick) {
    const auto& milestones = options.milestones;
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), tick);
    const auto decays = static_cast<double>(next - milestones.begin());
    return Rates{optimizer.lr * std::pow(options.gamma, decays), optimizer.momentum};
  };
}

Schedule ConstantLr(const ConstantLrOptions& options, const Rates& optimizer) {
  RequireBetween("factor", options.factor, 0, 1);
  RequireAtLeastZero("total_iters", options.total_iters);
  return [options, optimizer](int64_t tick) {
    const bool ended = options.total_iters > 0 && tick >= options.total_iters;
    return Rates{ended ? optimizer.lr : optimizer.lr * options.factor, optimizer.momentum};
  };
}

Schedule LinearLr(const LinearLrOptions& options, const Rates& optimizer) {
  RequireAboveZero("start_factor", options.start_factor);
  RequireBetween("start_factor", options.start_factor, 0, 1);
  RequireBetween("end_factor", options.end_factor, 0, 1);
  RequireAtLeastZero("total_iters", options.total_iters);
  return [options, optimizer](int64_t tick) {
    double factor = options.start_factor;
    if (options.total_iters > 0) {
      factor += (options.end_factor - options.start_factor) *
                static_cast<double>(std::min(options.total_iters, tick)) /
                static_cast<double>(options.total_iters);
    }
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

Schedule ExponentialLr(const ExponentialLrOptions& options, const Rates& optimizer) {
  RequireAboveZero("gamma", options.gamma);
  return [options, optimizer](int64_t tick) {
    const double factor = std::pow(options.gamma, static_cast<double>(tick));
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

Schedule PolynomialLr(const PolynomialLrOptions& options, const Rates& optimizer) {
  RequireAtLeastZero("total_iters", options.total_iters);
  RequireAtLeastZero("power", options.power);
  return [options, optimizer](int64_t tick) {
    double factor = 1;
    if (options.total_iters > 0) {
      const double done = static_cast<double>(std::min(options.total_iters, tick)) /
                          static_cast<double>(options.total_iters);
      factor = std::pow(1.0 - done, options.power);
    }
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

}  // namespace lrsweep
