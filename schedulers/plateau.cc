#include "schedulers/plateau.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "params/value.h"

namespace lrsweep {
namespace {

void Validate(const PlateauOptions& options) {
  if (!(options.factor >= 0 && options.factor < 1)) {
    throw std::invalid_argument("factor must be at least 0 and below 1, not " +
                                ShortestReal(options.factor));
  }
  for (const auto& [name, count] :
       {std::pair("patience", options.patience), std::pair("cooldown", options.cooldown)}) {
    if (count < 0) {
      throw std::invalid_argument(std::string(name) + " must be at least 0, not " +
                                  std::to_string(count));
    }
  }
}

}  // namespace

Plateau::Plateau(PlateauOptions options, double lr) : options_(std::move(options)) {
  Validate(options_);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  state_.lr = lr;
  state_.best = options_.mode == PlateauMode::kMin ? kInfinity : -kInfinity;
}

bool Plateau::IsBetter(double metric) const {
  const bool relative = options_.threshold_mode == PlateauThreshold::kRelative;
  if (options_.mode == PlateauMode::kMin) {
    return metric <
           (relative ? state_.best * (1.0 - options_.threshold) : state_.best - options_.threshold);
  }
  return metric >
         (relative ? state_.best * (options_.threshold + 1.0) : state_.best + options_.threshold);
}

void Plateau::Step(double metric) {
  if (IsBetter(metric)) {
    state_.best = metric;
    state_.bad_epochs = 0;
  } else {
    ++state_.bad_epochs;
  }
  if (state_.cooldown_epochs > 0) {
    --state_.cooldown_epochs;
    state_.bad_epochs = 0;
  }
  if (state_.bad_epochs > options_.patience) {
    const double reduced = std::max(state_.lr * options_.factor, options_.min_lr);
    if (state_.lr - reduced > options_.eps) state_.lr = reduced;
    state_.cooldown_epochs = options_.cooldown;
    state_.bad_epochs = 0;
  }
}

}  // namespace lrsweep
