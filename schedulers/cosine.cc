#include "schedulers/cosine.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<CosineAnnealingLrOptions>& CosineAnnealingLrTable() {
  static const OptionTable<CosineAnnealingLrOptions> table = {
      {&CosineAnnealingLrOptions::t_max,
       kRequired,
       {.name = "T_max",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval from the optimizer's rate to eta_min"}},
      {&CosineAnnealingLrOptions::eta_min,
       {.name = "eta_min", .range = AtLeast(0), .help = "learning rate at T_max"}},
  };
  return table;
}

const OptionTable<CosineAnnealingWarmRestartsOptions>& WarmRestartsTable() {
  static const OptionTable<CosineAnnealingWarmRestartsOptions> table = {
      {&CosineAnnealingWarmRestartsOptions::t_0,
       kRequired,
       {.name = "T_0",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval up to the first restart"}},
      {&CosineAnnealingWarmRestartsOptions::t_mult,
       {.name = "T_mult",
        .range = AtLeast(1),
        .help = "how much longer each cycle is than the one before"}},
      {&CosineAnnealingWarmRestartsOptions::eta_min,
       {.name = "eta_min",
        .range = AtLeast(0),
        .help = "learning rate towards which each cycle falls"}},
  };
  return table;
}

std::vector<Span> CosineAnnealingLrSpans(const CosineAnnealingLrOptions& options) {
  return {{"T_max", "the half cosine", 0, options.t_max}};
}

std::vector<Span> WarmRestartsSpans(const CosineAnnealingWarmRestartsOptions& options) {
  return {{"T_0", "the first cycle", 0, options.t_0}};
}

/// One cycle between two restarts.
struct Cycle {
  int64_t start;   // its first tick
  int64_t length;  // in ticks
};

/// The cycle that contains the tick. With t_mult above 1 each cycle is at least twice as long as
/// the one before, so there are at most 63. They are counted in integers, because a logarithm would
/// need a correction for rounding.
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
  CosineAnnealingLrTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    const double angle =
        std::numbers::pi * static_cast<double>(tick) / static_cast<double>(options.t_max);
    const double lr =
        options.eta_min + (optimizer.lr - options.eta_min) * (1 + std::cos(angle)) / 2;
    return Rates{lr, optimizer.momentum};
  };
}

SchedulerType CosineAnnealingLrType() {
  return FromTable<CosineAnnealingLrOptions>(
      {.name = "CosineAnnealingLR",
       .summary = "half a cosine from the optimizer's rate to eta_min in T_max ticks, then back",
       .formula = "eta_min + (lr - eta_min) * (1 + cos(pi * tick / T_max)) / 2",
       .source =
           "torch.optim.lr_scheduler.CosineAnnealingLR; SGDR, arXiv:1608.03983, without restarts",
       .example = "{type: CosineAnnealingLR, T_max: run, eta_min: 0.001}",
       .default_interval = "epoch",
       .horizon = "T_max",
       .spans = SpansFrom(CosineAnnealingLrTable(), CosineAnnealingLrSpans)},
      CosineAnnealingLrTable(), CosineAnnealingLr);
}

Schedule CosineAnnealingWarmRestarts(const CosineAnnealingWarmRestartsOptions& options,
                                     const Rates& optimizer) {
  WarmRestartsTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    const Cycle cycle = CycleAt(options, tick);
    const double angle = std::numbers::pi * static_cast<double>(tick - cycle.start) /
                         static_cast<double>(cycle.length);
    const double lr =
        options.eta_min + (optimizer.lr - options.eta_min) * (1 + std::cos(angle)) / 2;
    return Rates{lr, optimizer.momentum};
  };
}

SchedulerType CosineAnnealingWarmRestartsType() {
  return FromTable<CosineAnnealingWarmRestartsOptions>(
      {.name = "CosineAnnealingWarmRestarts",
       .summary = "repeated half cosines towards eta_min, each T_mult times as long as the last",
       .formula = "eta_min + (lr - eta_min) * (1 + cos(pi * t / T)) / 2\n"
                  "t: ticks since the last restart; T: T_0 * T_mult ^ restarts so far",
       .source = "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR, arXiv:1608.03983",
       .example = "{type: CosineAnnealingWarmRestarts, T_0: 25%, eta_min: 0.001}",
       .default_interval = "epoch",
       .spans = SpansFrom(WarmRestartsTable(), WarmRestartsSpans)},
      WarmRestartsTable(), CosineAnnealingWarmRestarts);
}

}  // namespace lrsweep
