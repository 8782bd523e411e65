#include "schedulers/cosine.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

Parameter EtaMin(const std::string& help) {
  return {.name = "eta_min", .range = AtLeast(0), .help = help};
}

Parameter EtaMinRatio() {
  return {.name = "eta_min_ratio",
          .range = Between(0, 1),
          .help = "instead of eta_min, a share of the optimizer's rate"};
}

Parameter KDecay() {
  return {.name = "k_decay", .range = Above(0), .help = "above 1: stays high for longer"};
}

Parameter CycleDecay() {
  return {.name = "cycle_decay",
          .range = {.minimum = 0, .maximum = 1, .open_minimum = true},
          .help = "factor of the peak from one cycle to the next"};
}

/// The lowest rate. Throws where both forms of it are given.
template <typename Options>
double Floor(const Options& options, double lr) {
  if (!options.eta_min_ratio) return options.eta_min;
  if (options.eta_min != 0) {
    throw std::invalid_argument("eta_min " + ShortestReal(options.eta_min) + " and eta_min_ratio " +
                                ShortestReal(*options.eta_min_ratio) +
                                " are two lowest rates: write one of them");
  }
  return lr * *options.eta_min_ratio;
}

const OptionTable<CosineAnnealingLrOptions>& CosineAnnealingLrTable() {
  static const OptionTable<CosineAnnealingLrOptions> table = {
      {&CosineAnnealingLrOptions::t_max,
       kRequired,
       {.name = "T_max",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval from the optimizer's rate to eta_min"}},
      {&CosineAnnealingLrOptions::eta_min, EtaMin("learning rate at T_max")},
      {&CosineAnnealingLrOptions::eta_min_ratio, EtaMinRatio()},
      {&CosineAnnealingLrOptions::num_cycles,
       {.name = "num_cycles",
        .range = Above(0),
        .help = "waves of the cosine in T_max ticks; 0.5: down once"}},
      {&CosineAnnealingLrOptions::k_decay, KDecay()},
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
       EtaMin("learning rate towards which each cycle falls")},
      {&CosineAnnealingWarmRestartsOptions::eta_min_ratio, EtaMinRatio()},
      {&CosineAnnealingWarmRestartsOptions::cycle_decay, CycleDecay()},
      {&CosineAnnealingWarmRestartsOptions::cycle_limit,
       {.name = "cycle_limit",
        .range = AtLeast(1),
        .help = "cycles, after which the rate stays at eta_min; null: no end"}},
      {&CosineAnnealingWarmRestartsOptions::k_decay, KDecay()},
  };
  return table;
}

const OptionTable<CosineWithHardRestartsOptions>& HardRestartsTable() {
  static const OptionTable<CosineWithHardRestartsOptions> table = {
      {&CosineWithHardRestartsOptions::num_training_steps,
       {.name = "num_training_steps",
        .default_value = "run",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval of all cycles together"}},
      {&CosineWithHardRestartsOptions::num_cycles,
       {.name = "num_cycles",
        .range = AtLeast(1),
        .help = "equal half cosines, one after another"}},
      {&CosineWithHardRestartsOptions::eta_min,
       EtaMin("learning rate towards which each cycle falls")},
      {&CosineWithHardRestartsOptions::eta_min_ratio, EtaMinRatio()},
      {&CosineWithHardRestartsOptions::cycle_decay, CycleDecay()},
  };
  return table;
}

std::vector<Span> HardRestartsSpans(const CosineWithHardRestartsOptions& options) {
  return {{"num_training_steps", "the last cycle", 0, options.num_training_steps}};
}

std::vector<Span> CosineAnnealingLrSpans(const CosineAnnealingLrOptions& options) {
  return {{"T_max", "the half cosine", 0, options.t_max}};
}

std::vector<Span> WarmRestartsSpans(const CosineAnnealingWarmRestartsOptions& options) {
  return {{"T_0", "the first cycle", 0, options.t_0}};
}

/// One cycle between two restarts.
struct Cycle {
  int64_t start;     // its first tick
  int64_t length;    // in ticks
  int64_t restarts;  // before it
};

/// The cycle that contains the tick. With t_mult above 1 each cycle is at least twice as long as
/// the one before, so there are at most 63. They are counted in integers, because a logarithm would
/// need a correction for rounding.
Cycle CycleAt(const CosineAnnealingWarmRestartsOptions& options, int64_t tick) {
  if (options.t_mult == 1) return {tick - tick % options.t_0, options.t_0, tick / options.t_0};
  Cycle cycle = {0, options.t_0, 0};
  while (tick - cycle.start >= cycle.length) {
    cycle.start += cycle.length;
    ++cycle.restarts;
    const bool endless = cycle.length > std::numeric_limits<int64_t>::max() / options.t_mult;
    cycle.length = endless ? std::numeric_limits<int64_t>::max() : cycle.length * options.t_mult;
  }
  return cycle;
}

}  // namespace

Schedule CosineAnnealingLr(const CosineAnnealingLrOptions& options, const Rates& optimizer) {
  CosineAnnealingLrTable().RequireInRange(options);
  const double floor = Floor(options, optimizer.lr);
  return [options, optimizer, floor](int64_t tick) {
    const auto length = static_cast<double>(options.t_max);
    double angle = std::numbers::pi * (2 * options.num_cycles);
    if (options.k_decay == 1) {
      angle = angle * static_cast<double>(tick) / length;
    } else if (tick < options.t_max) {
      angle *= std::pow(static_cast<double>(tick) / length, options.k_decay);
    } else {
      return Rates{floor, optimizer.momentum};
    }
    const double lr = floor + (optimizer.lr - floor) * (1 + std::cos(angle)) / 2;
    return Rates{lr, optimizer.momentum};
  };
}

SchedulerType CosineAnnealingLrType() {
  return FromTable<CosineAnnealingLrOptions>(
      {.name = "CosineAnnealingLR",
       .summary = "half a cosine from the optimizer's rate to eta_min in T_max ticks, then back",
       .formula =
           "eta_min + (lr - eta_min) * (1 + cos(2 * pi * num_cycles * (tick / T_max) ^ k_decay)) / "
           "2\n"
           "With k_decay other than 1 the rate stays at eta_min past T_max.",
       .source =
           "torch.optim.lr_scheduler.CosineAnnealingLR; SGDR, arXiv:1608.03983, without restarts;\n"
           "num_cycles and eta_min_ratio: Hugging Face transformers, "
           "get_cosine_with_min_lr_schedule_with_warmup;\n"
           "k_decay: timm, CosineLRScheduler; arXiv:2004.05909",
       .example = "{type: CosineAnnealingLR, T_max: run, eta_min: 0.001}",
       .default_interval = "epoch",
       .horizon = "T_max",
       .spans = SpansFrom(CosineAnnealingLrTable(), CosineAnnealingLrSpans)},
      CosineAnnealingLrTable(), CosineAnnealingLr);
}

Schedule CosineAnnealingWarmRestarts(const CosineAnnealingWarmRestartsOptions& options,
                                     const Rates& optimizer) {
  WarmRestartsTable().RequireInRange(options);
  const double floor = Floor(options, optimizer.lr);
  return [options, optimizer, floor](int64_t tick) {
    const Cycle cycle = CycleAt(options, tick);
    if (options.cycle_limit && cycle.restarts >= *options.cycle_limit) {
      return Rates{floor, optimizer.momentum};
    }
    const auto done = static_cast<double>(tick - cycle.start);
    const auto length = static_cast<double>(cycle.length);
    const double angle = options.k_decay == 1
                             ? std::numbers::pi * done / length
                             : std::numbers::pi * std::pow(done / length, options.k_decay);
    const double peak =
        optimizer.lr * std::pow(options.cycle_decay, static_cast<double>(cycle.restarts));
    return Rates{floor + (peak - floor) * (1 + std::cos(angle)) / 2, optimizer.momentum};
  };
}

SchedulerType CosineAnnealingWarmRestartsType() {
  return FromTable<CosineAnnealingWarmRestartsOptions>(
      {.name = "CosineAnnealingWarmRestarts",
       .summary = "repeated half cosines towards eta_min, each T_mult times as long as the last",
       .formula =
           "eta_min + (lr * cycle_decay ^ restarts so far - eta_min) * (1 + cos(pi * (t / T) ^ "
           "k_decay)) / 2\n"
           "t: ticks since the last restart; T: T_0 * T_mult ^ restarts so far;\n"
           "after cycle_limit cycles eta_min",
       .source = "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR, arXiv:1608.03983;\n"
                 "cycle_decay, cycle_limit, k_decay: timm, CosineLRScheduler",
       .example = "{type: CosineAnnealingWarmRestarts, T_0: 25%, eta_min: 0.001}",
       .default_interval = "epoch",
       .spans = SpansFrom(WarmRestartsTable(), WarmRestartsSpans)},
      WarmRestartsTable(), CosineAnnealingWarmRestarts);
}

Schedule CosineWithHardRestarts(const CosineWithHardRestartsOptions& options,
                                const Rates& optimizer) {
  HardRestartsTable().RequireInRange(options);
  RequireOrder("num_cycles", static_cast<double>(options.num_cycles), "num_training_steps",
               static_cast<double>(options.num_training_steps));
  const double floor = Floor(options, optimizer.lr);
  return [options, optimizer, floor](int64_t tick) {
    const double progress =
        static_cast<double>(tick) / static_cast<double>(options.num_training_steps);
    if (progress >= 1) return Rates{floor, optimizer.momentum};
    // Rounded as in transformers, so that a restart comes at the same tick.
    const double cycles = static_cast<double>(options.num_cycles) * progress;
    const double restarts = std::floor(cycles);
    const double angle = std::numbers::pi * (cycles - restarts);
    const double peak = optimizer.lr * std::pow(options.cycle_decay, restarts);
    return Rates{floor + (peak - floor) * (1 + std::cos(angle)) / 2, optimizer.momentum};
  };
}

SchedulerType CosineWithHardRestartsType() {
  return FromTable<CosineWithHardRestartsOptions>(
      {.name = "CosineWithHardRestarts",
       .summary = "equal half cosines over the run, one after another, with peaks that may fall",
       .formula = "eta_min + (lr * cycle_decay ^ n - eta_min) * (1 + cos(pi * x)) / 2\n"
                  "n, x: num_cycles * tick / num_training_steps before and behind the point;\n"
                  "from num_training_steps on eta_min",
       .source = "Hugging Face transformers, get_cosine_with_hard_restarts_schedule_with_warmup;\n"
                 "cycle_decay: timm, CosineLRScheduler",
       .example = "{type: CosineWithHardRestarts, num_cycles: 4, cycle_decay: 0.5}",
       .default_interval = "step",
       .horizon = "num_training_steps",
       .spans = SpansFrom(HardRestartsTable(), HardRestartsSpans)},
      HardRestartsTable(), CosineWithHardRestarts);
}

}  // namespace lrsweep
