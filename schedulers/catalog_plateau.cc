// ReduceLROnPlateau.

#include "schedulers/catalog_entries.h"
#include "schedulers/plateau.h"

namespace lrsweep {
namespace {

PlateauOptions ReadPlateau(const Map& parameters) {
  PlateauOptions options;
  Read(parameters, "metric", options.metric);
  ReadChoice(parameters, "mode", {{"min", PlateauMode::kMin}, {"max", PlateauMode::kMax}},
             options.mode);
  Read(parameters, "factor", options.factor);
  Read(parameters, "patience", options.patience);
  Read(parameters, "threshold", options.threshold);
  ReadChoice(parameters, "threshold_mode",
             {{"rel", PlateauThreshold::kRelative}, {"abs", PlateauThreshold::kAbsolute}},
             options.threshold_mode);
  Read(parameters, "cooldown", options.cooldown);
  Read(parameters, "min_lr", options.min_lr);
  Read(parameters, "eps", options.eps);
  return options;
}

std::vector<Parameter> PlateauParameters() {
  const PlateauOptions defaults;
  const Range at_least_zero = {.minimum = 0};
  return {
      {.name = "metric",
       .kind = Kind::kChoice,
       .default_value = defaults.metric,
       .choices = {"val_loss", "val_accuracy", "train_loss"},
       .help = "what it listens to, at each epoch's end"},
      {.name = "mode",
       .kind = Kind::kChoice,
       .default_value = "min",
       .choices = {"min", "max"},
       .help = "whether less or more of the metric is better"},
      {.name = "factor",
       .default_value = defaults.factor,
       .range = {.minimum = 0, .maximum = 1},
       .help = "of each reduction; below 1"},
      {.name = "patience",
       .kind = Kind::kInteger,
       .default_value = defaults.patience,
       .range = at_least_zero,
       .help = "epochs in a row without improvement that are borne"},
      {.name = "threshold",
       .default_value = defaults.threshold,
       .range = at_least_zero,
       .help = "what an improvement must amount to"},
      {.name = "threshold_mode",
       .kind = Kind::kChoice,
       .default_value = "rel",
       .choices = {"rel", "abs"},
       .help = "whether threshold is a share of the best, or a difference"},
      {.name = "cooldown",
       .kind = Kind::kInteger,
       .default_value = defaults.cooldown,
       .range = at_least_zero,
       .help = "epochs after a reduction in which none counts as bad"},
      {.name = "min_lr",
       .default_value = defaults.min_lr,
       .range = at_least_zero,
       .help = "learning rate below which it does not reduce"},
      {.name = "eps",
       .default_value = defaults.eps,
       .range = at_least_zero,
       .help = "a reduction of the learning rate by no more than this is left out"},
  };
}

}  // namespace

SchedulerType ReduceLrOnPlateauType() {
  SchedulerType type;
  type.name = "ReduceLROnPlateau";
  type.summary = "multiplies the learning rate by factor when a metric stops improving";
  type.formula =
      "after more than patience epochs in a row without improvement: max(rate * factor, min_lr)\n"
      "improvement: below best * (1 - threshold) or best - threshold (mode min),\n"
      "above best * (1 + threshold) or best + threshold (mode max)";
  type.source = "torch.optim.lr_scheduler.ReduceLROnPlateau";
  type.example = "{type: ReduceLROnPlateau, metric: val_accuracy, mode: max, patience: 3}";
  type.default_interval = "epoch";
  type.epoch_only = true;
  type.not_composable = "it listens to a metric and has no clock of its own";
  type.parameters = PlateauParameters();
  type.overrides = OverridesNothing;
  type.check = [](const Map& parameters) { Plateau(ReadPlateau(parameters), 0); };
  type.build = [](const Map&, const ScheduleContext& context) {
    return [rates = Optimizer(context)](int64_t) { return rates; };
  };
  type.build_plateau = [](const Map& parameters, const ScheduleContext& context) {
    return Plateau(ReadPlateau(parameters), context.lr);
  };
  return type;
}

}  // namespace lrsweep
