// What becomes of trials whose worker is lost, that may have failed for another reason than their
// own, or were told to stop.
#include <utility>

#include "params/text.h"
#include "sweep/coordinator/coordinator.h"

namespace lrsweep {
namespace {

// Loading LibTorch and the data from a slow file system takes minutes.
constexpr auto kReadyLimit = std::chrono::minutes(5);

}  // namespace

void Coordinator::CheckLiveness() {
  const auto is_gone = [this](int64_t worker) { return pool_.IsGone(worker); };
  const auto must_report = [this](int64_t worker) {
    const auto load = workers_.find(worker);
    if (load == workers_.end()) return now_() - created_ > kReadyLimit;
    // Of prefetched packs nothing is heard any more once the workers are told to stop.
    return is_stopping_ ? load->second.is_training() : !load->second.is_idle();
  };
  for (const auto& loss : liveness_.FindLost(now_(), is_gone, must_report)) {
    Lose(loss.worker, loss.reason);
  }
}

void Coordinator::OnEvent(const WorkerGone& gone) {
  liveness_.Forget(gone.worker);
  Lose(gone.worker, gone.how);
}

void Coordinator::Lose(int64_t worker, const std::string& reason) {
  view_.OnNotice("worker " + std::to_string(worker) + " is lost: " + reason);
  MarkDead(worker, reason);
}

/// Marks the worker dead: its running trials are requeued with their checkpoints, its prefetched
/// trials unchanged.
void Coordinator::MarkDead(int64_t worker, const std::string& reason) {
  ++lost_;
  trust_.Remove(worker);
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  --state_.workers;
  candidates_.erase({false, worker});
  candidates_.erase({true, worker});
  auto prefetched = found->second.TakePrefetched();
  workers_.erase(found);
  std::vector<Decision> decided;  // which nobody has been told of yet
  for (auto pack = prefetched.rbegin(); pack != prefetched.rend(); ++pack) {
    for (auto trial = pack->rbegin(); trial != pack->rend(); ++trial) {
      auto decision = decisions_.extract(trial->id);
      if (!decision.empty()) decided.push_back(std::move(decision.mapped()));
      queue_.Requeue(std::move(*trial));
    }
  }
  for (Decision& decision : decided) Apply(std::move(decision));
  std::vector<std::string> trained;
  for (const auto& [id, live] : state_.running) {
    if (live.by.worker == worker) trained.push_back(id);
  }
  for (const std::string& id : trained) {
    LoseTrial(std::move(state_.running.extract(id).mapped()), reason);
  }
  ExcludeBrokenWorkers();
}

/// The end of a trial of which all epochs are recorded, while the message of its end was lost with
/// its worker. A user's program may fail behind its last epoch.
std::optional<TrialState> Coordinator::EndOf(const LiveTrial& live) const {
  if (is_of_program_) return std::nullopt;
  if (live.curve.diverged) return TrialState::kStopped;
  return live.epochs_done == live.epochs ? std::optional(TrialState::kCompleted) : std::nullopt;
}

/// A trial fails only for workers that it lost while it was alone in its pack, and only after
/// several of them.
void Coordinator::LoseTrial(LiveTrial live, const std::string& reason) {
  if (const auto end = EndOf(live)) return Conclude(std::move(live), *end, "");
  if (HasReachedUntil(live) && !IsEnding(live.trial.id)) return Hold(std::move(live));
  const std::string what = "worker " + std::to_string(live.by.worker) + " on " + live.by.host +
                           " was lost after epoch " + std::to_string(live.epochs_done) + ": " +
                           reason;
  store_.LoseAttempt(live.trial.id, what);
  const auto decided = decisions_.extract(live.trial.id);
  if (!decided.empty()) {
    if (!decided.mapped().by.empty()) store_.MarkStoppedBy(live.trial.id, decided.mapped().by);
    return GiveUp(std::move(live), TrialState::kStopped, decided.mapped().reason);
  }
  const int64_t alone = store_.LostAttempts(live.trial.id);
  if (live.pack_size == 1 && alone >= options_.max_attempts) {
    return GiveUp(std::move(live), TrialState::kFailed,
                  "it brought down " + Counted(alone, "worker") + ", the last time " + what);
  }
  state_.epochs_done -= live.epochs_done;
  if (live.pack_size > 1) return queue_.RequeueAlone(std::move(live.trial));
  queue_.Requeue(std::move(live.trial));
}

/// The trial's program ended before its last epoch, unasked, and can resume from its checkpoint.
void Coordinator::LoseUnasked(LiveTrial live, const std::string& reason) {
  store_.LoseAttempt(live.trial.id, reason);
  const int64_t attempts = store_.LostAttempts(live.trial.id);
  if (attempts >= options_.max_attempts) {
    return GiveUp(std::move(live), TrialState::kFailed,
                  Counted(attempts, "attempt") +
                      " at it ended before its last epoch, as many as --max-attempts allows; the "
                      "last one: " +
                      reason);
  }
  state_.epochs_done -= live.epochs_done;
  queue_.Requeue(std::move(live.trial));
}

/// Ends a trial whose attempt is lost.
void Coordinator::GiveUp(LiveTrial live, TrialState state, const std::string& error) {
  if (options_.files != nullptr) options_.files->RemoveAttempt(live.trial.id);
  LeaveFollowers(live);
  EndCheckpoints(live.trial.id);
  store_.EndTrial(live.trial.id, state, error);
  Close(std::move(live), state, error);
}

/// The trial did not reach its end: it was told to stop, or, with `error`, could not resume from
/// its checkpoint.
void Coordinator::CutOff(LiveTrial live, const std::string& error) {
  const std::string& id = live.trial.id;
  store_.EndAttempt(id, TrialState::kPending, error);
  if (!error.empty()) {
    DropCheckpoint(id, "it begins anew");
    view_.OnNotice("trial " + id + " begins anew: " + error);
  }
  state_.epochs_done -= live.epochs_done;
  queue_.Requeue(std::move(live.trial));
}

/// The trial failed for a reason that may not be its own: it is trained again alone.
void Coordinator::Retry(LiveTrial live, const std::string& error) {
  const std::string what =
      live.pack_size > 1
          ? "the pack of " + std::to_string(live.pack_size) + " broke off: "
          : std::string("it failed before its first epoch, and is tried on another worker: ");
  store_.EndAttempt(live.trial.id, TrialState::kPending, what + error);
  // Again: it may have had this trial when it was excluded.
  for (const ExcludedWorker& excluded : state_.excluded) {
    if (excluded.worker == live.by.worker) store_.RecordExclusion(excluded);
  }
  state_.epochs_done -= live.epochs_done;
  queue_.RequeueAlone(std::move(live.trial));
}

}  // namespace lrsweep
