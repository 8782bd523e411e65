// ReduceLROnPlateau: the one schedule that listens to a metric. What it has heard is an explicit
// state, which can be copied, so that a trial's checkpoint may hold it.
#pragma once

#include <cstdint>
#include <string>

namespace lrsweep {

enum class PlateauMode { kMin, kMax };
enum class PlateauThreshold { kRelative, kAbsolute };

struct PlateauOptions {
  std::string metric = "val_loss";       // or "val_accuracy", "train_loss"
  PlateauMode mode = PlateauMode::kMin;  // whether less or more of the metric is better
  double factor = 0.1;                   // of each reduction, at least 0 and below 1
  int64_t patience = 10;                 // epochs without improvement that are borne, at least 0
  double threshold = 1e-4;               // what an improvement must amount to, at least 0
  PlateauThreshold threshold_mode = PlateauThreshold::kRelative;
  int64_t cooldown = 0;  // epochs after a reduction in which none counts as bad, at least 0
  double min_lr = 0;     // the rate is not reduced below this
  double eps = 1e-8;     // a reduction by no more than this is left out
};

/// What it knows between two epochs.
struct PlateauState {
  double lr = 0;                // the rate of the next epoch
  double best = 0;              // of the metric so far
  int64_t bad_epochs = 0;       // in a row, since the last improvement, reduction or cooldown
  int64_t cooldown_epochs = 0;  // still to come
};

/// After each epoch the metric is compared with the best so far. It is an improvement if it is
///   below best * (1 - threshold) (min, rel), below best - threshold (min, abs),
///   above best * (1 + threshold) (max, rel), above best + threshold (max, abs);
/// NaN never is. After more than `patience` epochs in a row without one, the rate becomes
/// max(rate * factor, min_lr), and `cooldown` epochs follow that count for nothing but the best.
/// (torch.optim.lr_scheduler.ReduceLROnPlateau, with its operations in its order: the doubles are
/// PyTorch's own.)
///
/// Before the first epoch's end: the optimizer's rate. It never rises and has no end. A min_lr
/// above the rate leaves the rate as it is, as in PyTorch. A value type: copy it to keep a state.
class Plateau {
 public:
  /// Throws std::invalid_argument where an option is out of range.
  Plateau(PlateauOptions options, double lr);

  /// Hears the metric of the epoch that ended.
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

}  // namespace lrsweep
