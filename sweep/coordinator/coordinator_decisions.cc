// What the trial source decides of single trials, and what becomes of these.
#include <algorithm>
#include <utility>

#include "sweep/coordinator/coordinator.h"
#include "sweep/coordinator/stored_results.h"

namespace lrsweep {

/// Tells the source of something, and applies what it decides then.
void Coordinator::TellSource(const std::function<std::vector<Decision>()>& tell) {
  const int64_t epochs_left = source_.epochs_left();
  std::vector<Decision> decisions = tell();
  const KnownDecided known = store_.AddDecided(source_.TakeDecided());
  for (const std::string& id : known.back) CountStored(id);
  for (const std::string& id : known.continued) {
    Count({.state = std::string(ToString(TrialState::kStopped)),
           .trials = -1,
           .epochs_done = -store_.TrialById(id).epochs_done});
  }
  state_.trials = source_.size();
  state_.epochs += source_.epochs_left() - epochs_left;
  for (Decision& decision : decisions) Apply(std::move(decision));
}

/// Counts a trial that an earlier run left out of the search, if it had ended by then.
void Coordinator::CountStored(const std::string& trial_id) {
  const TrialRow row = store_.TrialById(trial_id);
  if (row.state == ToString(TrialState::kPending)) return;
  Count(
      {.state = row.state, .diverged = row.diverged, .trials = 1, .epochs_done = row.epochs_done});
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
  if (const auto trial = TakeWaiting(id)) state_.epochs -= source_.UntilOf(*trial);
  ForgetState(id);
  if (forest_) Readmit(forest_->TakeAll(id));
  const TrialRow row = store_.TrialById(id);
  if (row.state != ToString(TrialState::kPending)) return;
  EndCheckpoints(id);
  // It keeps its epochs. Where it diverged in one whose end an earlier run did not record, that is
  // its end.
  if (!decision.by.empty() && !row.diverged) store_.MarkStoppedBy(id, decision.by);
  store_.EndTrial(id, TrialState::kStopped, row.diverged ? "" : decision.reason);
  Count({.state = std::string(ToString(TrialState::kStopped)),
         .diverged = row.diverged,
         .trials = 1,
         .epochs_done = row.epochs_done});
}

/// Takes out a trial that no worker has.
std::optional<Trial> Coordinator::TakeWaiting(const std::string& trial_id) {
  std::optional<Trial> trial = queue_.Remove(trial_id);
  if (!trial && forest_) trial = forest_->Remove(trial_id);
  const auto reached =
      std::find_if(reached_.begin(), reached_.end(),
                   [&trial_id](const Trial& other) { return other.id == trial_id; });
  if (reached == reached_.end()) return trial;
  trial = std::move(*reached);
  reached_.erase(reached);
  return trial;
}

/// Tells the worker that trains it that a trial is to end, if that was decided.
void Coordinator::SendDecision(const LiveTrial& live) {
  if (IsEnding(live.trial.id)) pool_.Send(live.by.worker, {live.trial.id});
}

bool Coordinator::IsEnding(const std::string& trial_id) const {
  return decisions_.count(trial_id) > 0;
}

/// Whether the trial has come to the epoch where it is held. One that diverged there ends; so does
/// a user's program of which that epoch is the last one that it reports.
bool Coordinator::HasReachedUntil(const LiveTrial& live) const {
  return live.epochs_done >= live.until && live.epochs_done < live.epochs && !live.curve.diverged;
}

/// Whether the trial's recorded epochs already reach the epoch where it is held now. It may have
/// diverged later: an end that was not committed.
bool Coordinator::HasReachedUntil(const Trial& trial) const {
  const int64_t until = source_.UntilOf(trial);
  if (until >= EpochsOf(trial)) return false;
  const TrialRow row = store_.TrialById(trial.id);
  return row.epochs_done > until || (row.epochs_done == until && !row.diverged);
}

/// The trial waits with its checkpoint until the source gives it again. Those that share its last
/// epoch and are held there need nothing but its epochs, where its checkpoint is an earlier one.
void Coordinator::Hold(LiveTrial live) {
  const std::string& id = live.trial.id;
  if (forest_) {
    for (const Sharer& follower : forest_->TakeHeld(id, live.epochs_done)) {
      HoldFollower(live, follower.trial, live.epochs_done, nullptr);
    }
  }
  store_.HoldAttempt(id);
  LeaveFollowers(live);
  state_.epochs_done -= live.epochs_done;
  reached_.push_back(std::move(live.trial));
}

/// Tells the source of the trials that are held.
void Coordinator::TellOfReached() {
  while (!reached_.empty()) {
    const Trial trial = std::move(reached_.front());
    reached_.pop_front();
    const int64_t until = source_.UntilOf(trial);
    const auto value =
        ValueAfter(store_, {state_.objective, store_.Metrics(), is_of_program_}, trial.id, until);
    state_.epochs -= until;
    TellSource([&] { return source_.OnEnd(trial, TrialState::kPending, value); });
  }
}

}  // namespace lrsweep
