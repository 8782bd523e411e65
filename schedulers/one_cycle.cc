#include "schedulers/one_cycle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "schedulers/require.h"

namespace lrsweep {
namespace {

/// From one pair of rates to another, up to `end` (a tick, perhaps a fraction).
struct Phase {
  double end;
  Rates from;
  Rates to;
};

std::vector<Phase> PhasesOf(const OneCycleLrOptions& options) {
  const double initial_lr = options.max_lr / options.div_factor;
  const Rates start = {initial_lr, options.max_momentum};
  const Rates peak = {options.max_lr, options.base_momentum};
  const Rates end = {initial_lr / options.final_div_factor, options.max_momentum};
  const auto total = static_cast<double>(options.total_steps);
  const Phase rise = {options.pct_start * total - 1, start, peak};
  if (!options.three_phase) return {rise, {total - 1, peak, end}};
  return {rise, {2 * options.pct_start * total - 2, peak, start}, {total - 1, start, end}};
}

double Anneal(AnnealStrategy strategy, double from, double to, double share) {
  if (strategy == AnnealStrategy::kLinear) return (to - from) * share + from;
  return to + (from - to) / 2.0 * (std::cos(std::numbers::pi * share) + 1);
}

void Validate(const OneCycleLrOptions& options) {
  RequireAtLeastZero("max_lr", options.max_lr);
  RequireAtLeastOne("total_steps", options.total_steps);
  RequireBetween("pct_start", options.pct_start, 0, 1);
  RequireAboveZero("div_factor", options.div_factor);
  RequireAboveZero("final_div_factor", options.final_div_factor);
  if (options.cycle_momentum) {
    RequireOrder("base_momentum", options.base_momentum, "max_momentum", options.max_momentum);
  }
}

}  // namespace

Schedule OneCycleLr(const OneCycleLrOptions& options, double momentum) {
  Validate(options);
  return [options, momentum, phases = PhasesOf(options)](int64_t tick) {
    const auto now = static_cast<double>(std::min(tick, options.total_steps - 1));
    double start = 0;
    size_t i = 0;
    while (i + 1 < phases.size() && now > phases[i].end) start = phases[i++].end;
    const Phase& phase = phases[i];
    const double share = phase.end == start ? 1 : (now - start) / (phase.end - start);
    Rates rates;
    rates.lr = Anneal(options.anneal_strategy, phase.from.lr, phase.to.lr, share);
    rates.momentum = options.cycle_momentum ? Anneal(options.anneal_strategy, phase.from.momentum,
                                                     phase.to.momentum, share)
                                            : momentum;
    return rates;
  };
}

}  // namespace lrsweep
