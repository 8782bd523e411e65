// CosineAnnealingLR, CosineAnnealingWarmRestarts.

#include "schedulers/catalog_entries.h"
#include "schedulers/cosine.h"

namespace lrsweep {

SchedulerType CosineAnnealingLrType() {
  SchedulerType type;
  type.name = "CosineAnnealingLR";
  type.horizon = "T_max";
  type.summary = "half a cosine from the optimizer's rate to eta_min in T_max ticks, then back";
  type.formula = "eta_min + (lr - eta_min) * (1 + cos(pi * tick / T_max)) / 2";
  type.source =
      "torch.optim.lr_scheduler.CosineAnnealingLR; SGDR, arXiv:1608.03983, without restarts";
  type.example = "{type: CosineAnnealingLR, T_max: run, eta_min: 0.001}";
  type.default_interval = "epoch";
  type.parameters = {
      {.name = "T_max",
       .kind = Kind::kInteger,
       .range = {.minimum = 1},
       .counts_ticks = true,
       .accepts_run = true,
       .help = "ticks of the interval from the optimizer's rate to eta_min"},
      {.name = "eta_min",
       .kind = Kind::kReal,
       .default_value = CosineAnnealingLrOptions().eta_min,
       .range = {.minimum = 0},
       .help = "learning rate at T_max"},
  };
  type.overrides = OverridesNothing;
  type.check = NothingToContradict;
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    CosineAnnealingLrOptions options;
    ReadTicks(parameters, "T_max", context, options.t_max);
    Read(parameters, "eta_min", options.eta_min);
    return CosineAnnealingLr(options, Optimizer(context));
  };
  return type;
}

SchedulerType CosineAnnealingWarmRestartsType() {
  SchedulerType type;
  type.name = "CosineAnnealingWarmRestarts";
  type.summary = "half a cosine towards eta_min, again and again, each T_mult times as long";
  type.formula =
      "eta_min + (lr - eta_min) * (1 + cos(pi * t / T)) / 2\n"
      "t: ticks since the last restart; T: T_0 * T_mult ^ restarts so far";
  type.source = "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR, arXiv:1608.03983";
  type.example = "{type: CosineAnnealingWarmRestarts, T_0: 10, T_mult: 2, eta_min: 0.001}";
  type.default_interval = "epoch";
  type.parameters = {
      {.name = "T_0",
       .kind = Kind::kInteger,
       .range = {.minimum = 1},
       .counts_ticks = true,
       .help = "ticks of the interval up to the first restart"},
      {.name = "T_mult",
       .kind = Kind::kInteger,
       .default_value = CosineAnnealingWarmRestartsOptions().t_mult,
       .range = {.minimum = 1},
       .help = "how much longer each cycle is than the one before"},
      {.name = "eta_min",
       .default_value = CosineAnnealingWarmRestartsOptions().eta_min,
       .range = {.minimum = 0},
       .help = "learning rate towards which each cycle falls"},
  };
  type.overrides = OverridesNothing;
  type.check = NothingToContradict;
  type.build = [](const Map& parameters, const ScheduleContext& context) {
    CosineAnnealingWarmRestartsOptions options;
    Read(parameters, "T_0", options.t_0);
    Read(parameters, "T_mult", options.t_mult);
    Read(parameters, "eta_min", options.eta_min);
    return CosineAnnealingWarmRestarts(options, Optimizer(context));
  };
  return type;
}

}  // namespace lrsweep
