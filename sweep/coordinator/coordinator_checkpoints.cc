// What becomes of the checkpoints of trials, and of the files that they name.
#include <utility>

#include "data/sha256.h"
#include "sweep/coordinator/coordinator.h"

namespace lrsweep {

StoredCheckpoint Coordinator::ReadCheckpoint(const std::string& trial_id) const {
  return store_.ReadCheckpoint(trial_id, [](std::string_view bytes) { return Sha256Hex(bytes); });
}

/// A program may save a checkpoint while it trains on: it is then of an epoch before the last one.
void Coordinator::OnEvent(const CheckpointMade& made) {
  const LiveTrial* live = Running(made.trial_id, made.worker);
  if (live == nullptr || made.epoch > live->epochs_done) return;
  const auto last = checkpoints_.find(made.trial_id);
  if (last != checkpoints_.end() && last->second > made.epoch) {
    if (options_.files != nullptr) obsolete_.push_back({made.trial_id, made.data});
    return;
  }
  Forget(made.trial_id);
  store_.SaveCheckpoint(made.trial_id, {made.epoch, made.sha256, made.data});
  checkpoints_.insert_or_assign(made.trial_id, made.epoch);
}

/// The bytes of the trial's checkpoint, if it has an undamaged one. Notes the epoch after which the
/// trial resumes.
std::string Coordinator::TakeCheckpoint(const std::string& trial_id) {
  resume_after_.erase(trial_id);
  if (checkpoints_.count(trial_id) == 0) return "";
  StoredCheckpoint stored = ReadCheckpoint(trial_id);
  if (!stored.checkpoint) {
    DropCheckpoint(trial_id, "its checkpoint was damaged: " + stored.defect);
    view_.OnNotice("trial " + trial_id +
                   " begins anew: its checkpoint was damaged: " + stored.defect);
    return "";
  }
  resume_after_[trial_id] = stored.checkpoint->epoch;
  return std::move(stored.checkpoint->data);
}

/// Commits, so that the files are removed before the trial begins anew: it may give new ones the
/// same names.
void Coordinator::DropCheckpoint(const std::string& trial_id, const std::string& why) {
  Forget(trial_id);
  store_.DropCheckpoint(trial_id, why);
  Commit();
}

/// The trial is over, and its checkpoint is about to leave the database.
void Coordinator::EndCheckpoints(const std::string& trial_id) {
  if (options_.files != nullptr && options_.files->KeepsLast()) {
    checkpoints_.erase(trial_id);
  } else {
    Forget(trial_id);
  }
}

/// The trial's checkpoint is about to leave the database: its files go once that is committed.
void Coordinator::Forget(const std::string& trial_id) {
  if (checkpoints_.erase(trial_id) == 0 || options_.files == nullptr) return;
  StoredCheckpoint stored = ReadCheckpoint(trial_id);
  if (stored.checkpoint) obsolete_.push_back({trial_id, std::move(stored.checkpoint->data)});
}

void Coordinator::RemoveObsoleteFiles() {
  for (const auto& [trial_id, data] : std::exchange(obsolete_, {})) {
    const StoredCheckpoint stored = ReadCheckpoint(trial_id);
    if (stored.checkpoint && stored.checkpoint->data == data) continue;  // saved again
    const std::string error = options_.files->RemoveCheckpoint(trial_id, data);
    if (!error.empty()) {
      view_.OnNotice("an old checkpoint of trial " + trial_id + " could not be removed: " + error);
    }
  }
}

}  // namespace lrsweep
