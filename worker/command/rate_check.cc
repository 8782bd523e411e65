#include "worker/command/rate_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "worker/command/number_text.h"

namespace lrsweep {
namespace {

constexpr int64_t kMostStepsSearched = 20'000'000;

/// Equal as float32, up to one unit in the last place.
bool AreEqual(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return false;
  const auto low = static_cast<float>(std::min(a, b));
  const auto high = static_cast<float>(std::max(a, b));
  return low == high || std::nextafterf(low, std::numeric_limits<float>::infinity()) == high;
}

/// One of the two rates, at one step.
class Mistake {
 public:
  Mistake(double Rates::*rate, const char* name, double applied, int64_t step,
          const CheckedTrial& trial)
      : rate_(rate), name_(name), applied_(applied), step_(step), trial_(trial) {}

  bool IsThere() const { return !AreEqual(applied_, MeantAt(step_)); }

  std::string Sentence() const {
    std::string text = "the program applied the " + std::string(name_) + " " +
                       NumberText(applied_) + " at " + StepText(step_) + "; the schedule has " +
                       NumberText(MeantAt(step_)) + " there";
    if (const auto same = NearestStepWithIt()) {
      text += " (" + NumberText(applied_) + " is its " + name_ + " at " + StepText(*same) + ")";
    }
    return text + ": " + Explanation();
  }

 private:
  double MeantAt(int64_t step) const { return trial_.schedule.At(step).*rate_; }

  bool IsOf(int64_t step) const {
    return step >= 0 && step != step_ && AreEqual(applied_, MeantAt(step));
  }

  /// "step 5", or "epoch 6" where the schedule counts epochs alone.
  std::string StepText(int64_t step) const {
    return trial_.counts_steps ? "step " + std::to_string(step)
                               : "epoch " + std::to_string(step + 1);
  }

  /// A schedule that follows a metric has the same rate at every step, for now.
  bool DependsOnStep() const { return trial_.schedule.metric().empty(); }

  std::optional<int64_t> NearestStepWithIt() const {
    if (!DependsOnStep()) return std::nullopt;
    const int64_t total = trial_.schedule.clock().TotalSteps();
    for (int64_t away = 1; away < std::min(total, kMostStepsSearched); ++away) {
      if (IsOf(step_ - away)) return step_ - away;
      if (step_ + away < total && IsOf(step_ + away)) return step_ + away;
    }
    return std::nullopt;
  }

  std::string Explanation() const {
    if (DependsOnStep()) {
      if (const auto text = FittingStep()) return *text;
    }
    if (const auto text = FittingFactor()) return *text;
    return "set it from the table (LRSWEEP_SCHEDULE) before each step, and use no schedule of the "
           "program's own";
  }

  /// The first of the usual mistakes that gives this rate.
  std::optional<std::string> FittingStep() const {
    const int64_t per_epoch = trial_.schedule.clock().steps_per_epoch;
    if (trial_.resumed_at > 0 && step_ >= trial_.resumed_at && IsOf(step_ - trial_.resumed_at)) {
      return "the program counts from 0 again since it resumed; it has to resume at " +
             StepText(trial_.resumed_at);
    }
    if (trial_.resumed_at > 0 && step_ >= trial_.resumed_at && IsOf(trial_.resumed_at - 1)) {
      return "it is the rate that the checkpoint restored";
    }
    if (IsOf(step_ + 1)) {
      return "the schedule was advanced once too often, or the rate was read after it was set for "
             "the next step";
    }
    if (IsOf(step_ - 1)) {
      return "the schedule was advanced once too late: the rate must be set before the step, from "
             "step 0 on";
    }
    if (step_ > 0 && IsOf(0)) return "the rate has not changed since the first step";
    if (trial_.counts_steps && trial_.schedule.per_step() && IsOf(step_ / per_epoch)) {
      return "the schedule was advanced once an epoch; it has a rate for every step";
    }
    if (trial_.counts_steps && !trial_.schedule.per_step() && IsOf(step_ * per_epoch)) {
      return "the schedule was advanced at every step; it has a rate for every epoch";
    }
    if (IsOf(2 * step_) || IsOf(2 * step_ + 1)) {
      return "the schedule was advanced twice at each step";
    }
    return std::nullopt;
  }

  /// A constant factor: the number of devices, or of accumulated batches.
  std::optional<std::string> FittingFactor() const {
    const double meant = MeantAt(step_);
    if (!(meant > 0) || !(applied_ > 0) || !std::isfinite(applied_)) return std::nullopt;
    const bool is_more = applied_ > meant;
    const double factor = std::round(is_more ? applied_ / meant : meant / applied_);
    if (factor < 2 || factor > 4096) return std::nullopt;
    if (!AreEqual(applied_, is_more ? meant * factor : meant / factor)) return std::nullopt;
    const std::string times = std::to_string(static_cast<int64_t>(factor));
    return (is_more ? times + " times as much" : "1/" + times + " of it") +
           ": does the program scale its rate itself, by devices or batch size?";
  }

  double Rates::*rate_;
  const char* name_;
  double applied_;
  int64_t step_;
  const CheckedTrial& trial_;
};

}  // namespace

std::optional<std::string> FindRateMistake(const AppliedStep& applied, const CheckedTrial& trial) {
  if (applied.lr) {
    const Mistake mistake(&Rates::lr, "rate", *applied.lr, applied.step, trial);
    if (mistake.IsThere()) return mistake.Sentence();
  }
  if (applied.momentum) {
    const Mistake mistake(&Rates::momentum, "momentum", *applied.momentum, applied.step, trial);
    if (mistake.IsThere()) return mistake.Sentence();
  }
  return std::nullopt;
}

}  // namespace lrsweep
