// What becomes of the checkpoints of trials, and of the files that they name.
#include <utility>

#include "data/sha256.h"
#include "sweep/coordinator/coordinator.h"

namespace lrsweep {

/// Trials that continue from one state are mostly handed out one after another.
StoredCheckpoint Coordinator::ReadCheckpoint(const std::string& trial_id) {
  StoredCheckpoint stored = store_.ReadCheckpoint(
      trial_id, [](std::string_view bytes) { return Sha256Hex(bytes); }, last_read_);
  if (stored.checkpoint && stored.checkpoint->sha256 != last_read_.sha256) {
    last_read_ = *stored.checkpoint;
  }
  return stored;
}

/// A program may save a checkpoint while it trains on: it is then of an epoch before the last one.
void Coordinator::OnEvent(const CheckpointMade& made) {
  const LiveTrial* live = Running(made.trial_id, made.worker);
  if (live == nullptr || made.epoch > live->epochs_done) return;
  const auto last = checkpoints_.find(made.trial_id);
  if (last != checkpoints_.end() && last->second > made.epoch) {
    return Retire(made.trial_id, made.data);
  }
  if (is_of_program_) ReleaseParted(*live, made.epoch);
  RetireStored(made.trial_id);
  const Checkpoint state = {made.epoch, made.sha256, made.data};
  store_.SaveCheckpoint(made.trial_id, state);
  checkpoints_.insert_or_assign(made.trial_id, made.epoch);
  NoteState(live->trial);
  BranchOff(*live, state);
}

/// The trial's checkpoint, if it has an undamaged one; else of epoch 0 and without data. Notes the
/// epoch after which the trial resumes.
Checkpoint Coordinator::TakeCheckpoint(const std::string& trial_id) {
  resume_after_.erase(trial_id);
  StoredCheckpoint stored;
  if (checkpoints_.count(trial_id) > 0) {
    stored = ReadCheckpoint(trial_id);
    if (!stored.checkpoint) {
      DropCheckpoint(trial_id, "its checkpoint was damaged: " + stored.defect);
      view_.OnNotice("trial " + trial_id +
                     " begins anew: its checkpoint was damaged: " + stored.defect);
    }
  }
  Checkpoint checkpoint = std::move(stored.checkpoint).value_or(Checkpoint{});
  if (checkpoint.epoch > 0) resume_after_[trial_id] = checkpoint.epoch;
  ReclaimLent(trial_id, checkpoint.epoch);
  return checkpoint;
}

/// A program that goes back behind an epoch may give new checkpoints the names of old ones: those
/// that other trials were to continue from go before, and these trials begin anew.
void Coordinator::ReclaimLent(const std::string& trial_id, int64_t epoch) {
  if (options_.files == nullptr) return;
  for (const std::string& borrower : store_.BorrowedBeyond(trial_id, epoch)) {
    DropCheckpoint(borrower, "trial " + trial_id + ", whose checkpoint it has, begins anew");
  }
}

/// Commits, so that the files are removed before the trial begins anew: it may give new ones the
/// same names.
void Coordinator::DropCheckpoint(const std::string& trial_id, const std::string& why) {
  RetireStored(trial_id);
  begins_anew_.insert(trial_id);
  store_.DropCheckpoint(trial_id, why);
  Commit();
}

/// The trial is over, and its checkpoint is about to leave the database.
void Coordinator::EndCheckpoints(const std::string& trial_id) {
  ForgetState(trial_id);
  if (options_.files != nullptr && options_.files->KeepsLast()) {
    checkpoints_.erase(trial_id);
    may_have_retired_ = true;  // which it has borrowed
  } else {
    RetireStored(trial_id);
  }
}

/// The trial's checkpoint is about to leave the database.
void Coordinator::RetireStored(const std::string& trial_id) {
  if (checkpoints_.erase(trial_id) == 0 || options_.files == nullptr) return;
  const StoredCheckpoint stored = ReadCheckpoint(trial_id);
  if (stored.checkpoint) Retire(trial_id, stored.checkpoint->data);
}

/// Notes in the database that the files of a checkpoint are to be removed: they go once that is
/// committed, if need be in a later run.
void Coordinator::Retire(const std::string& trial_id, const std::string& data) {
  if (options_.files == nullptr) return;
  store_.RetireCheckpoint(trial_id, data);
  may_have_retired_ = true;
}

/// Called after each commit. The first one is before anything is trained, so that what an earlier
/// run has left is removed before a program can give new files the same names.
void Coordinator::RemoveRetiredFiles() {
  if (options_.files == nullptr || !std::exchange(may_have_retired_, false)) return;
  for (const RetiredCheckpoint& retired : store_.RetiredCheckpoints()) {
    const std::string error = options_.files->RemoveCheckpoint(retired.trial_id, retired.data);
    if (!error.empty()) {
      view_.OnNotice("an old checkpoint of trial " + retired.trial_id +
                     " could not be removed: " + error);
    }
    store_.ForgetRetired(retired.number);
  }
}

}  // namespace lrsweep
