// A pack of trials from their parameters to their last epochs. A lone trial is a pack of one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "trial/trial.h"
#include "worker/engine.h"

namespace lrsweep {

/// Where a trial goes on that has some epochs behind it.
struct ResumePoint {
  TrainingState state;      // after `epochs_done` epochs, by the same engine
  int64_t epochs_done = 0;  // at least 1, less than the trial's epochs
  /// What the trial's schedule heard after each of them, if it is one that listens to a metric.
  std::vector<double> heard;
};

/// A member's resume point does not fit its trial, or the engine.
struct UnusableResumePoint : std::invalid_argument {
  UnusableResumePoint(size_t of_member, const std::string& why)
      : std::invalid_argument(why), member(of_member) {}
  size_t member;
};

struct PackMember {
  Map params;  // a trial's, complete
  std::optional<ResumePoint> resume;
};

/// Where a running trial stands, for people to watch.
struct TrialProgress {
  int64_t epoch = 0;  // the one in training, from 1
  StepProgress step;
  double lr = 0;  // at the step that comes next
};

/// How the members report, each by its place in the pack as it was given. All are called on the
/// thread that runs the pack, and each may be empty.
struct PackObserver {
  std::function<void(size_t member, EpochRecord)> on_epoch;
  /// After the member's last epoch: kCompleted, or kStopped when a loss became NaN or infinite.
  std::function<void(size_t member, TrialState)> on_end;
  /// At least every 100 ms, for one of the members. False: stop now.
  std::function<bool(size_t member, const TrialProgress&)> on_progress;
  /// After each epoch of a member that goes on: whether its resume point is wanted, and that point.
  std::function<bool(size_t member)> wants_checkpoint;
  std::function<void(size_t member, const ResumePoint&)> on_checkpoint;
  /// After each epoch, when all was reported. True: stop here.
  std::function<bool()> stops;
};

/// Trains every member to its end on `dataset`, from which the images that `dataset.validation`
/// holds back are split off already (HoldBack). A member leaves the pack at the end of its last
/// epoch, or of the one in which it diverged, and the others go on. The members agree in what
/// Engine::StartPack asks for; everything else is each one's own. An epoch's wall_seconds are those
/// of the whole pack.
///
/// Throws UnusableResumePoint before anything is trained, std::exception for what makes the pack
/// failed, without saying by whose fault, and TrainingInterrupted when told to stop; members that
/// have ended by then stay ended.
void RunPack(const std::vector<PackMember>& members, const std::shared_ptr<const Dataset>& dataset,
             Engine& engine, const PackObserver& observer);

}  // namespace lrsweep
