// ReduceLROnPlateau: the one schedule that follows a metric. Its state is explicit and can be
// copied, so that a trial can resume from a checkpoint.
#pragma once

#include <cstdint>
#include <string>

#include "schedulers/schedule.h"

namespace lrsweep {

enum class PlateauMode { kMin, kMax };
enum class PlateauThreshold { kRelative, kAbsolute };

struct PlateauOptions {
  std::string metric = "val_loss";
  PlateauMode mode = PlateauMode::kMin;
  double factor = 0.1;
  int64_t patience = 10;
  double threshold = 1e-4;
  PlateauThreshold threshold_mode = PlateauThreshold::kRelative;
  int64_t cooldown = 0;
  double min_lr = 0;
  double eps = 1e-8;
};

/// The state between two epochs.
struct PlateauState {
  double lr = 0;                // the rate of the next epoch
  double best = 0;              // of the metric so far
  int64_t bad_epochs = 0;       // in a row, since the last improvement, reduction or cooldown
  int64_t cooldown_epochs = 0;  // still to come
};

/// Compares the metric of each epoch with the best so far. An improvement is a value
///   below best * (1 - threshold) (min, rel), below best - threshold (min, abs),
///   above best * (1 + threshold) (max, rel), above best + threshold (max, abs);
/// NaN never is one. After more than `patience` epochs in a row without improvement the rate
/// becomes max(rate * factor, min_lr), unless that is a reduction by at most eps. In the `cooldown`
/// epochs after a reduction no epoch counts as bad, but the best is kept.
/// (torch.optim.lr_scheduler.ReduceLROnPlateau, with its operations in its order: the doubles are
/// equal.)
///
/// Before the first epoch's end: the optimizer's rate. The rate never rises and has no end. A
/// min_lr above the rate leaves the rate unchanged, as in PyTorch. A value type: copy it to keep a
/// state.
class Plateau {
 public:
  /// `lr`: the optimizer's. Throws std::invalid_argument where an option is out of range.
  Plateau(PlateauOptions options, double lr);

  /// Takes the metric of the epoch that has ended.
  void Step(double metric);

  double lr() const { return state_.lr; }
  const PlateauOptions& options() const { return options_; }
  const PlateauState& state() const { return state_; }
  void Restore(const PlateauState& state) { state_ = state; }

 private:
  bool IsBetter(double metric) const;

  PlateauOptions options_;
  PlateauState state_;
};

SchedulerType ReduceLrOnPlateauType();

}  // namespace lrsweep
