// States of trials from which others may continue: where they wait, and who takes them.
#include <utility>

#include "sweep/coordinator/coordinator.h"

namespace lrsweep {

/// Notes that the trial waits with that state. False: there is no space for it. A state, or a file,
/// is there once for all that wait with it.
bool Coordinator::KeepState(const Trial& trial, const Checkpoint& state) {
  ForgetState(trial.id);
  const bool is_file = options_.files != nullptr;
  const std::string key = is_file ? state.saved_by + "/" + state.data : state.sha256;
  int64_t bytes = 0;
  if (!waiting_states_.contains(key)) {
    bytes = is_file ? options_.files->BytesOf(state.data) : static_cast<int64_t>(state.data.size());
  }
  if (waiting_bytes_ + bytes > options_.branch_bytes) return false;
  EndCheckpoints(trial.id);
  checkpoints_.insert_or_assign(trial.id, state.epoch);
  waiting_bytes_ += bytes;
  WaitingState& waiting = waiting_states_[key];
  waiting.bytes += bytes;
  ++waiting.trials;
  waits_with_.emplace(trial.id, key);
  NoteState(trial);
  return true;
}

/// The state of the trial waits no more.
void Coordinator::ForgetState(const std::string& trial_id) {
  const auto waited = waits_with_.extract(trial_id);
  if (waited.empty()) return;
  const auto state = waiting_states_.find(waited.mapped());
  if (--state->second.trials > 0) return;
  waiting_bytes_ -= state->second.bytes;
  waiting_states_.erase(state);
}

/// The trial has a checkpoint, from which others may begin as well.
void Coordinator::NoteState(const Trial& trial) {
  if (forest_ && !is_of_program_) states_[PrefixKey(trial)].insert_or_assign(trial.id, trial);
}

/// The trial with the latest state that is one of `trial` as well; none: there is no such state.
const Trial* Coordinator::FindAncestor(const Trial& trial) {
  const auto group = states_.find(PrefixKey(trial));
  if (group == states_.end()) return nullptr;
  const Sharer sharer = forest_->MakeSharer(trial);
  const Trial* ancestor = nullptr;
  int64_t latest = 0;
  for (auto other = group->second.begin(); other != group->second.end();) {
    const auto checkpoint = checkpoints_.find(other->first);
    if (checkpoint == checkpoints_.end()) {
      other = group->second.erase(other);
      continue;
    }
    const int64_t epoch = checkpoint->second;
    if (epoch > latest && epoch < sharer.until &&
        forest_->Share(forest_->MakeSharer(other->second), sharer, epoch)) {
      latest = epoch;
      ancestor = &other->second;
    }
    ++other;
  }
  return ancestor;
}

/// Gives a trial that is about to begin without a state the latest stored state of the same
/// training. Its own state was beyond the space for waiting states, or the trial is new in the
/// search space. A trial whose checkpoint could not be used begins anew all the same.
void Coordinator::TakeStateOfAncestor(const Trial& trial) {
  if (!forest_ || !source_.KnowsAllTrials()) return;
  if (checkpoints_.count(trial.id) + begins_anew_.count(trial.id) > 0) return;
  const Trial* const ancestor = FindAncestor(trial);
  if (ancestor == nullptr) return;
  const StoredCheckpoint stored = ReadCheckpoint(ancestor->id);
  if (!stored.checkpoint) return;
  store_.ShareEpochs(ancestor->id, trial.id, stored.checkpoint->epoch, &*stored.checkpoint);
  checkpoints_.insert_or_assign(trial.id, stored.checkpoint->epoch);
  NoteState(trial);
  untold_.emplace_back(trial, stored.checkpoint->epoch);
}

/// Tells the source of the epochs that trials have got when they were handed out.
void Coordinator::TellOfTakenStates() {
  for (const auto& [trial, epochs] : std::exchange(untold_, {})) TellOfShared(trial, epochs);
}

}  // namespace lrsweep
