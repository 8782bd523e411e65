#include "results/store.h"

#include <sqlite3.h>

#include "results/step_trace.h"
#include "results/store_impl.h"
#include "results/time_text.h"

namespace lrsweep {
namespace {

constexpr int kCloseTimeoutMs = 500;  // how long Close waits for readers

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

// What may throw std::logic_error comes first: then nothing has been changed.

int64_t Store::BeginAttempt(const std::string& trial_id, const WorkerInfo& worker,
                            int64_t first_epoch, int64_t pack_size) {
  int64_t earlier = 0;
  impl_->Write([&] {
    const std::string now = UtcNow();
    MustChange(trial_id, impl_->Run("UPDATE trials SET state = 'running', error = NULL, "
                                    "started_at = coalesce(started_at, ?2), epochs_done = ?3, "
                                    "wall_seconds = 0, diverged = 0, objective_value = NULL, "
                                    "stopped_by = NULL "
                                    "WHERE trial_id = ?1 AND epochs_done >= ?3",
                                    trial_id, now, first_epoch - 1));
    if (impl_->first_start.empty()) impl_->first_start = now;
    earlier = impl_->Number("SELECT count(*) FROM attempts WHERE trial_id = ?", trial_id);
    if (impl_->Number("SELECT EXISTS (SELECT 1 FROM epochs WHERE trial_id = ?)", trial_id) > 0) {
      impl_->CutBack(trial_id, first_epoch);
    }
    impl_->Run(
        "INSERT INTO attempts (trial_id, attempt, worker, host, device, engine, cpu_target, "
        "pack_size, started_at, first_epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        trial_id, earlier + 1, worker.worker, worker.host, worker.device, worker.engine,
        worker.cpu_target, pack_size, now, first_epoch);
  });
  return earlier + 1;
}

void Store::Impl::CutBack(const std::string& trial_id, int64_t first_epoch) {
  HandOverShared(trial_id, first_epoch);
  Run("DELETE FROM epochs WHERE trial_id = ? AND epoch >= ?", trial_id, first_epoch);
  CountShared(trial_id);
  Run("UPDATE attempts SET outcome = 'interrupted' WHERE trial_id = ? AND outcome IS NULL",
      trial_id);
  if (first_epoch == 1) return;
  Run("UPDATE trials SET wall_seconds = "
      "(SELECT coalesce(sum(wall_seconds), 0) FROM epochs WHERE trial_id = ?1) "
      "WHERE trial_id = ?1",
      trial_id);
}

void Store::AddEpoch(const std::string& trial_id, const EpochRecord& epoch) {
  const auto steps = static_cast<int64_t>(epoch.losses.size());
  const bool record_steps = impl_->record_steps && steps > 0;
  const StepTrace trace = record_steps ? MakeStepTrace(epoch.losses, epoch.rates) : StepTrace{};
  const std::optional<double> lr =
      epoch.rates.lr.empty() ? std::nullopt : std::optional(epoch.rates.lr.back());
  const auto metric = [&epoch](const char* name) {
    const auto found = epoch.metrics.find(name);
    return found == epoch.metrics.end() ? kNan : found->second;
  };
  impl_->Write([&] {
    MustChange(trial_id,
               impl_->Run("UPDATE trials SET epochs_done = ?2, diverged = "
                          "max(diverged, ?3), wall_seconds = wall_seconds + ?4 "
                          "WHERE trial_id = ?1",
                          trial_id, epoch.epoch, int64_t{epoch.diverged}, epoch.wall_seconds));
    impl_->Run(
        "INSERT INTO epochs (trial_id, epoch, steps_done, lr, train_loss, val_loss, val_accuracy, "
        "wall_seconds, test_loss, test_accuracy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        trial_id, epoch.epoch, epoch.steps_done, lr, metric(kTrainLoss), metric(kValLoss),
        metric(kValAccuracy), epoch.wall_seconds, metric(kTestLoss), metric(kTestAccuracy));
    impl_->AddReported(trial_id, epoch);
    if (!record_steps) return;
    impl_->Run("INSERT INTO step_traces VALUES (?, ?, ?, ?, ?, ?)", trial_id, epoch.epoch,
               epoch.steps_done - steps, trace.lr, trace.momentum, trace.json);
  });
}

void Store::Impl::EndAttempt(const std::string& trial_id, TrialState state,
                             const std::string& outcome, const std::string& error) {
  Write([&] {
    const std::string now = UtcNow();
    MustChange(trial_id, Run("UPDATE attempts SET ended_at = ?2, outcome = ?3, "
                             "error = nullif(?4, '') "
                             "WHERE trial_id = ?1 AND outcome IS NULL",
                             trial_id, now, outcome, error));
    last_end = now;
    Run(end_trial, trial_id, std::string(ToString(state)), error);
    if (state == TrialState::kPending) return;
    Run("DELETE FROM checkpoints WHERE trial_id = ?", trial_id);
  });
}

void Store::EndAttempt(const std::string& trial_id, TrialState state, const std::string& error) {
  const bool cut_off = state == TrialState::kPending;
  impl_->EndAttempt(trial_id, state, cut_off ? "interrupted" : std::string(ToString(state)), error);
}

void Store::HoldAttempt(const std::string& trial_id) {
  impl_->EndAttempt(trial_id, TrialState::kPending, "held", "");
}

void Store::LoseAttempt(const std::string& trial_id, const std::string& error) {
  impl_->EndAttempt(trial_id, TrialState::kPending, "lost", error);
}

void Store::EndTrial(const std::string& trial_id, TrialState state, const std::string& error) {
  impl_->Write([&] {
    impl_->Run(impl_->end_trial, trial_id, std::string(ToString(state)), error);
    impl_->Run("DELETE FROM checkpoints WHERE trial_id = ?", trial_id);
  });
}

int64_t Store::RetryFailed() {
  int64_t retried = 0;
  impl_->Write([&] {
    retried = impl_->Run(
        "UPDATE trials SET state = 'pending', error = NULL WHERE state = 'failed' AND in_space = "
        "1");
  });
  return retried;
}

void Store::Commit() { impl_->Commit(); }

void Store::Close() {
  if (!impl_->db) return;
  impl_->Commit();
  impl_->prepared.clear();
  if (impl_->lock) {
    Guarded(impl_->path, [&] {
      SQLite::Database& db = impl_->Db();
      db.setBusyTimeout(kCloseTimeoutMs);
      db.tryExec("PRAGMA incremental_vacuum");  // where checkpoints were
      try {
        db.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
      } catch (const SQLite::Exception& error) {
        // A reader has the file open: the last one to close it removes the journal.
        if (error.getErrorCode() != SQLITE_BUSY && error.getErrorCode() != SQLITE_LOCKED) throw;
      }
    });
  }
  impl_->db.reset();
  impl_->lock.reset();
}

}  // namespace lrsweep
