// What becomes of trials whose worker is lost, that broke off, or were told to stop.
#include <utility>

#include "sweep/coordinator/coordinator.h"

namespace lrsweep {
namespace {

// To load LibTorch and the data from a slow file system.
constexpr auto kReadyLimit = std::chrono::minutes(5);

}  // namespace

void Coordinator::LookForLosses() {
  const auto is_gone = [this](int64_t worker) { return pool_.IsGone(worker); };
  const auto owes_word = [this](int64_t worker) {
    const auto load = workers_.find(worker);
    if (load == workers_.end()) return now_() - made_ > kReadyLimit;
    return !load->second.idle();
  };
  for (const auto& loss : watch_.Look(now_(), is_gone, owes_word)) GiveUp(loss.worker, loss.reason);
}

/// The worker is held for dead: what it trained goes back with its checkpoint, what it was handed
/// in advance as if nothing had been.
void Coordinator::GiveUp(int64_t worker, const std::string& reason) {
  ++lost_;
  view_.OnNotice("worker " + std::to_string(worker) + " is lost: " + reason);
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  --state_.workers;
  room_.erase({false, worker});
  room_.erase({true, worker});
  auto ahead = found->second.TakeBack();
  workers_.erase(found);
  for (auto pack = ahead.rbegin(); pack != ahead.rend(); ++pack) {
    for (auto trial = pack->rbegin(); trial != pack->rend(); ++trial) {
      queue_.GiveBack(std::move(*trial));
    }
  }
  std::vector<std::string> trained;
  for (const auto& [id, live] : state_.running) {
    if (live.by.worker == worker) trained.push_back(id);
  }
  for (const std::string& id : trained)
    LoseTrial(std::move(state_.running.extract(id).mapped()), reason);
}

/// A trial is blamed only for what it did alone, and not at once.
void Coordinator::LoseTrial(LiveTrial live, const std::string& reason) {
  const std::string what = "worker " + std::to_string(live.by.worker) + " on " + live.by.host +
                           " was lost after epoch " + std::to_string(live.curve.values.size()) +
                           ": " + reason;
  store_.LoseAttempt(live.trial.id, what);
  const int64_t alone = store_.LostAttempts(live.trial.id);
  if (live.pack_size == 1 && alone >= options_.max_attempts) {
    store_.EndTrial(live.trial.id, TrialState::kFailed,
                    "it brought down " + std::to_string(alone) + " workers, the last time " + what);
    state_.epochs -= live.epochs - static_cast<int64_t>(live.curve.values.size());
    ++state_.failed;
    with_checkpoint_.erase(live.trial.id);
    uncommitted_.push_back(
        {std::move(live), std::nullopt, TrialState::kFailed, what, state_.Ended()});
    return;
  }
  state_.epochs_done -= static_cast<int64_t>(live.curve.values.size());
  if (live.pack_size > 1) return queue_.TryAlone(std::move(live.trial));
  queue_.GiveBack(std::move(live.trial));
}

/// It did not get to its end, because it was told to stop, or, with `error`, could not go on from
/// its checkpoint.
void Coordinator::CutOff(LiveTrial live, const std::string& error) {
  const std::string& id = live.trial.id;
  store_.EndAttempt(id, TrialState::kPending, error);
  if (!error.empty()) {
    with_checkpoint_.erase(id);
    store_.DropCheckpoint(id, "it begins anew");
    view_.OnNotice("trial " + id + " begins anew: " + error);
  }
  state_.epochs_done -= static_cast<int64_t>(live.curve.values.size());
  queue_.GiveBack(std::move(live.trial));
}

/// A trial is blamed only for what it did alone.
void Coordinator::TryAgainAlone(LiveTrial live, const std::string& error) {
  store_.EndAttempt(live.trial.id, TrialState::kPending,
                    "the pack of " + std::to_string(live.pack_size) + " broke off: " + error);
  state_.epochs_done -= static_cast<int64_t>(live.curve.values.size());
  queue_.TryAlone(std::move(live.trial));
}

}  // namespace lrsweep
