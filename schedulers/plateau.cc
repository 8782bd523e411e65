#include "schedulers/plateau.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<PlateauOptions>& Table() {
  static const OptionTable<PlateauOptions> table = {
      {&PlateauOptions::metric,
       {.name = "metric",
        .choices = {"val_loss", "val_accuracy", "train_loss"},
        .names_metric = true,
        .help = "the metric that it follows, at each epoch's end"}},
      {&PlateauOptions::mode,
       {{"min", PlateauMode::kMin}, {"max", PlateauMode::kMax}},
       {.name = "mode", .help = "whether less or more of the metric is better"}},
      {&PlateauOptions::factor,
       {.name = "factor",
        .range = {.minimum = 0, .maximum = 1, .open_maximum = true},
        .help = "of each reduction; below 1"}},
      {&PlateauOptions::patience,
       {.name = "patience",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "epochs in a row without improvement that are borne"}},
      {&PlateauOptions::threshold,
       {.name = "threshold", .range = AtLeast(0), .help = "what an improvement must amount to"}},
      {&PlateauOptions::threshold_mode,
       {{"rel", PlateauThreshold::kRelative}, {"abs", PlateauThreshold::kAbsolute}},
       {.name = "threshold_mode",
        .help = "whether threshold is a share of the best, or a difference"}},
      {&PlateauOptions::cooldown,
       {.name = "cooldown",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "epochs after a reduction in which none counts as bad"}},
      {&PlateauOptions::min_lr,
       {.name = "min_lr",
        .range = AtLeast(0),
        .help = "learning rate below which it does not reduce"}},
      {&PlateauOptions::eps,
       {.name = "eps",
        .range = AtLeast(0),
        .help = "a reduction of the learning rate by no more than this is left out"}},
  };
  return table;
}

/// Until the first metric it is constant; the options are checked all the same.
Schedule InitialRate(const PlateauOptions& options, const Rates& optimizer) {
  Table().RequireInRange(options);
  return [optimizer](int64_t) { return optimizer; };
}

}  // namespace

Plateau::Plateau(PlateauOptions options, double lr) : options_(std::move(options)) {
  Table().RequireInRange(options_);
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

SchedulerType ReduceLrOnPlateauType() {
  SchedulerType type = FromTable<PlateauOptions>(
      {.name = "ReduceLROnPlateau",
       .summary = "multiplies the learning rate by factor when a metric stops improving",
       .formula =
           "after more than patience epochs in a row without improvement: max(rate * factor, "
           "min_lr)\n"
           "improvement: below best * (1 - threshold) or best - threshold (mode min),\n"
           "above best * (1 + threshold) or best + threshold (mode max)",
       .source = "torch.optim.lr_scheduler.ReduceLROnPlateau",
       .example = "{type: ReduceLROnPlateau, metric: val_accuracy, mode: max, patience: 3}",
       .default_interval = "epoch",
       .epoch_only = true,
       .not_composable = "it follows a metric and has no clock of its own"},
      Table(), InitialRate);
  type.build_plateau = [](const Map& parameters, const ScheduleContext& context) {
    return Plateau(Table().Read(parameters, context.run_ticks), context.lr);
  };
  return type;
}

}  // namespace lrsweep
