#include "schedulers/range_test.h"

#include <cmath>
#include <stdexcept>

#include "schedulers/require.h"

namespace lrsweep {
namespace {

void Validate(const LrRangeTestOptions& options) {
  const bool exponential = options.step_mode == RangeTestMode::kExp;
  RequireAtLeastZero("start_lr", options.start_lr);
  if (exponential) RequireAboveZero("start_lr of step_mode exp", options.start_lr);
  RequireOrder("start_lr", options.start_lr, "end_lr", options.end_lr);
  if (options.num_iter < 2) {
    throw std::invalid_argument("num_iter must be at least 2, not " +
                                std::to_string(options.num_iter));
  }
}

}  // namespace

Schedule LrRangeTest(const LrRangeTestOptions& options, double momentum) {
  Validate(options);
  return [options, momentum](int64_t tick) {
    if (tick >= options.num_iter - 1) return Rates{options.end_lr, momentum};
    const double share = static_cast<double>(tick) / static_cast<double>(options.num_iter - 1);
    if (options.step_mode == RangeTestMode::kLinear) {
      return Rates{options.start_lr + share * (options.end_lr - options.start_lr), momentum};
    }
    return Rates{options.start_lr * std::pow(options.end_lr / options.start_lr, share), momentum};
  };
}

}  // namespace lrsweep
