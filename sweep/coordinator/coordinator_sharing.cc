// Trials that are the same training for some epochs: one is trained, the others get its epochs.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sweep/coordinator/coordinator.h"

namespace lrsweep {

/// Chooses which of the trials that may share their first epochs are trained now. The others wait
/// for one of these, or have trained already what they are to train.
std::vector<Trial> Coordinator::Admit(std::vector<Trial> trials) {
  const auto reached = std::stable_partition(
      trials.begin(), trials.end(), [this](const Trial& trial) { return !HasReachedUntil(trial); });
  std::move(reached, trials.end(), std::back_inserter(reached_));
  trials.erase(reached, trials.end());
  for (const Trial& trial : trials) {
    if (checkpoints_.count(trial.id) > 0) NoteState(trial);
  }
  if (!forest_ || trials.size() < 2) return trials;
  std::vector<Sharer> sharers;
  for (Trial& trial : trials) sharers.push_back(forest_->MakeSharer(std::move(trial)));
  return forest_->Add(std::move(sharers), 0);
}

/// What the forest has to know of trials.
PrefixForest::Records Coordinator::RecordsForForest() const {
  return {.epochs_done =
              [this](const Trial& trial) {
                const auto found = checkpoints_.find(trial.id);
                return found == checkpoints_.end() ? int64_t{0} : found->second;
              },
          .metrics = [this](const Trial& trial,
                            int64_t epochs) { return RecordedMetrics(trial.id, epochs); }};
}

/// The metrics of the first epochs of a trial; none of one that has no row.
std::vector<Metrics> Coordinator::RecordedMetrics(const std::string& trial_id,
                                                  int64_t epochs) const {
  std::vector<Metrics> metrics(static_cast<size_t>(epochs));
  for (EpochRow& row : store_.Epochs(trial_id)) {
    if (row.epoch <= epochs)
      metrics.at(static_cast<size_t>(row.epoch) - 1) = std::move(row.metrics);
  }
  return metrics;
}

/// What a worker has to know of the trial because of others.
void Coordinator::AddSharing(const Trial& trial, TrialTask& task) const {
  if (!forest_) return;
  task.branch_epochs = forest_->BranchEpochs(trial.id);
  if (task.checkpoint.empty()) return;
  const std::string metric = forest_->MakeSharer(trial).rates.metric();
  if (metric.empty()) return;
  for (const Metrics& metrics : RecordedMetrics(trial.id, task.epochs_done)) {
    task.metric_history.push_back(MetricOrNan(metrics, metric));
  }
}

/// A trial begins, or resumes where others may part from it at once.
void Coordinator::ResumeTrunk(const LiveTrial& live) {
  ForgetState(live.trial.id);
  if (!forest_ || !forest_->HasFollowers(live.trial.id)) return;
  Readmit(forest_->Resume(live.trial.id, RecordedMetrics(live.trial.id, live.epochs_done)));
  if (live.epochs_done == 0) return;
  FinishFollowers(live);
  const StoredCheckpoint stored = ReadCheckpoint(live.trial.id);
  if (stored.checkpoint) BranchOff(live, *stored.checkpoint);
}

/// An epoch of the trial is recorded, the first one after `epoch_before`: what it means for those
/// that follow it. A program may say that a checkpoint is complete after its next report: where
/// none is made of the epoch after which a follower parts, that is known with the second report
/// behind it.
void Coordinator::ShareEpoch(const LiveTrial& live, const EpochRecord& record,
                             int64_t epoch_before) {
  if (!forest_ || !forest_->HasFollowers(live.trial.id)) return;
  forest_->OnEpoch(live.trial.id, record.epoch, record.metrics);
  if (is_of_program_) ReleaseParted(live, epoch_before);
  if (!record.diverged) return FinishFollowers(live);
  for (Sharer& follower : forest_->TakeSharing(live.trial.id, record.epoch)) {
    EndFollower(live, std::move(follower.trial), TrialState::kStopped, "");
  }
}

/// Ends the followers whose last epoch the trial has ended. A program may still fail behind its
/// last epoch.
void Coordinator::FinishFollowers(const LiveTrial& live) {
  if (is_of_program_) return;
  for (Sharer& follower : forest_->TakeFinished(live.trial.id, live.epochs_done)) {
    EndFollower(live, std::move(follower.trial), TrialState::kCompleted, "");
  }
}

/// Ends a follower with the epochs that the trial has done.
void Coordinator::EndFollower(const LiveTrial& live, Trial follower, TrialState state,
                              const std::string& error) {
  if (options_.files != nullptr) options_.files->RemoveAttempt(follower.id);
  EndCheckpoints(follower.id);
  store_.ShareEpochs(live.trial.id, follower.id, live.epochs_done);
  store_.EndTrial(follower.id, state, error);
  state_.epochs_done += live.epochs_done;
  TellOfShared(follower, live.epochs_done);
  LiveTrial ended = live;
  ended.epochs = EpochsOf(follower);
  ended.until = source_.UntilOf(follower);
  ended.trial = std::move(follower);
  ended.pack_size = 1;
  Close(std::move(ended), state, error);
}

/// Tells the source of the epochs that a trial has got from another one.
void Coordinator::TellOfShared(const Trial& trial, int64_t epochs) {
  EpochRecord record;
  for (EpochRow& row : store_.Epochs(trial.id)) {
    if (row.epoch > epochs) return;
    record.epoch = row.epoch;
    record.metrics = std::move(row.metrics);
    TellSource([&] { return source_.OnEpoch(trial, record); });
  }
}

/// The followers that part from the trial after the epoch of `state` continue from that state.
void Coordinator::BranchOff(const LiveTrial& live, const Checkpoint& state) {
  if (forest_) Continue(live, forest_->TakeParting(live.trial.id, state.epoch), state);
}

/// Followers that have parted from the trial before an epoch, while no checkpoint was made where
/// they did, continue from the one before that.
void Coordinator::ReleaseParted(const LiveTrial& live, int64_t epoch) {
  if (!forest_ || !forest_->HasFollowers(live.trial.id)) return;
  std::vector<Sharer> parted = forest_->TakeParted(live.trial.id, epoch);
  if (parted.empty()) return;
  const StoredCheckpoint stored = ReadCheckpoint(live.trial.id);
  if (!stored.checkpoint) return Readmit(std::move(parted));
  Continue(live, std::move(parted), *stored.checkpoint);
}

/// Lets trials continue from the state that they share with the trial, or holds those that are to
/// be held there. Beyond the space for waiting states a trial is queued without one.
void Coordinator::Continue(const LiveTrial& live, std::vector<Sharer> sharers, Checkpoint state) {
  if (options_.files != nullptr && state.saved_by.empty()) state.saved_by = live.trial.id;
  const auto held =
      std::stable_partition(sharers.begin(), sharers.end(),
                            [&state](const Sharer& sharer) { return sharer.until > state.epoch; });
  for (auto sharer = held; sharer != sharers.end(); ++sharer) {
    HoldFollower(live, sharer->trial, state.epoch, &state);
  }
  sharers.erase(held, sharers.end());
  if (sharers.empty()) return;
  std::vector<Trial> continued;
  for (Trial& trial : forest_->Add(std::move(sharers), state.epoch)) {
    if (!KeepState(trial, state)) {
      queue_.Add(std::move(trial));
      continue;
    }
    store_.ShareEpochs(live.trial.id, trial.id, state.epoch, &state);
    // Depth first while many states wait.
    if (2 * waiting_bytes_ > options_.branch_bytes) {
      queue_.Requeue(trial);
    } else {
      queue_.Release(trial);
    }
    continued.push_back(std::move(trial));
  }
  for (const Trial& trial : continued) TellOfShared(trial, state.epoch);
}

/// The follower is held with the first `epochs` epochs of the trial, and their state if there is
/// space for it.
void Coordinator::HoldFollower(const LiveTrial& live, const Trial& follower, int64_t epochs,
                               const Checkpoint* state) {
  const bool keeps = state != nullptr && KeepState(follower, *state);
  if (!keeps) EndCheckpoints(follower.id);
  store_.ShareEpochs(live.trial.id, follower.id, epochs, keeps ? state : nullptr);
  reached_.push_back(follower);
  TellOfShared(follower, epochs);
}

/// Trials that are the same run of a program from beginning to end end as it does. Others try for
/// themselves what made it fail: it may have been the machine, and in which epoch it was is not
/// known.
void Coordinator::EndTwins(const LiveTrial& live, TrialState state, const std::string& error) {
  if (!forest_ || state == TrialState::kStopped) return;
  for (Sharer& twin : forest_->TakeFinished(live.trial.id, live.epochs)) {
    EndFollower(live, std::move(twin.trial), state, error);
  }
}

/// What made the trial fail in its next epoch makes all fail that share that epoch. (Not so the
/// loss of its worker: in which epoch that was is not known.)
void Coordinator::FailFollowers(const LiveTrial& live, const std::string& error) {
  if (!forest_) return;
  for (Sharer& follower : forest_->TakeSharing(live.trial.id, live.epochs_done + 1)) {
    EndFollower(live, std::move(follower.trial), TrialState::kFailed, error);
  }
}

/// The trial is over, or waits: nobody follows it any more. Call it while its checkpoint is stored.
void Coordinator::LeaveFollowers(const LiveTrial& live) {
  if (!forest_ || !forest_->HasFollowers(live.trial.id)) return;
  const StoredCheckpoint stored = ReadCheckpoint(live.trial.id);
  if (stored.checkpoint) {
    Continue(live, forest_->TakeSharing(live.trial.id, stored.checkpoint->epoch),
             *stored.checkpoint);
  }
  Readmit(forest_->TakeAll(live.trial.id));
}

/// Trials whose trunk is gone, or their state: they begin anew, or from their own checkpoint.
void Coordinator::Readmit(std::vector<Sharer> orphans) {
  if (orphans.empty()) return;
  for (Sharer& orphan : orphans) orphan = forest_->MakeSharer(std::move(orphan.trial));
  for (Trial& trial : forest_->Add(std::move(orphans), 0)) queue_.Add(std::move(trial));
}

}  // namespace lrsweep
