// What the trial source decides of single trials, and what becomes of these.
#include <algorithm>
#include <utility>

#include "sweep/coordinator/coordinator.h"

namespace lrsweep {

/// Tells the source of something, and applies what it decides then.
void Coordinator::TellSource(const std::function<std::vector<Decision>()>& tell) {
  const int64_t epochs_left = source_.epochs_left();
  std::vector<Decision> decisions = tell();
  store_.AddDecided(source_.TakeDecided());
  state_.trials = source_.size();
  state_.epochs += source_.epochs_left() - epochs_left;
  for (Decision& decision : decisions) Apply(std::move(decision));
}

void Coordinator::Apply(Decision decision) {
  const std::string id = decision.trial_id;
  if (IsEnding(id)) return;
  const auto running = state_.running.find(id);
  const bool is_with_worker =
      running != state_.running.end() ||
      std::any_of(workers_.begin(), workers_.end(),
                  [&id](const auto& worker) { return worker.second.HasPrefetched(id); });
  if (is_with_worker) {
    decisions_.insert_or_assign(id, std::move(decision));
    if (running != state_.running.end()) SendDecision(running->second);
    return;
  }
  std::optional<Trial> trial = queue_.Remove(id);
  if (!trial && forest_) trial = forest_->Remove(id);
  if (trial) state_.epochs -= EpochsOf(*trial);
  if (forest_) Readmit(forest_->TakeAll(id));
  if (decision.kind != Decision::Kind::kEnd) return;
  const TrialRow row = store_.TrialById(id);
  if (row.state != ToString(TrialState::kPending)) return;
  EndCheckpoints(id);
  if (!decision.by.empty()) store_.MarkStoppedBy(id, decision.by);
  store_.EndTrial(id, TrialState::kStopped, decision.reason);
  state_.epochs += row.epochs_done;  // which it keeps
  state_.epochs_done += row.epochs_done;
  ++state_.stopped;
  if (row.diverged) ++state_.diverged;  // in an epoch whose end an earlier run did not record
}

/// Tells the worker that trains it what was decided of a trial, if anything was.
void Coordinator::SendDecision(const LiveTrial& live) {
  const auto found = decisions_.find(live.trial.id);
  if (found == decisions_.end()) return;
  const bool ends = found->second.kind == Decision::Kind::kEnd;
  pool_.Send(live.by.worker, {live.trial.id, ends ? Order::kEnd : Order::kHold});
}

bool Coordinator::IsEnding(const std::string& trial_id) const {
  const auto found = decisions_.find(trial_id);
  return found != decisions_.end() && found->second.kind == Decision::Kind::kEnd;
}

/// The trial waits with its checkpoint until the source gives it again.
void Coordinator::Hold(LiveTrial live) {
  store_.HoldAttempt(live.trial.id);
  LeaveFollowers(live);
  state_.epochs -= live.epochs;
  state_.epochs_done -= live.epochs_done;
  TellSource([&] { return source_.OnEnd(live.trial, TrialState::kPending, std::nullopt); });
}

}  // namespace lrsweep
