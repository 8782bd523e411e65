// Small sweeps in a temporary folder, for the tests of what is stored and read.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "results/store.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {

inline constexpr float kNanLoss = std::numeric_limits<float>::quiet_NaN();

/// Takes from a file of today what layout 7 added.
inline constexpr const char* kToLayout6 =
    "DROP VIEW steps; DROP INDEX epochs_by_trainer; ALTER TABLE epochs DROP COLUMN trained_by; "
    "DROP VIEW ranking; DROP VIEW groups; DROP INDEX trials_by_group; DROP INDEX trials_by_state; "
    "DROP INDEX trials_by_value; ALTER TABLE trials DROP COLUMN shared_epochs; "
    "ALTER TABLE trials DROP COLUMN point; ALTER TABLE trials DROP COLUMN budget; "
    "ALTER TABLE trials DROP COLUMN rung; ALTER TABLE trials DROP COLUMN bracket; "
    "ALTER TABLE trials DROP COLUMN stopped_by; ALTER TABLE trials DROP COLUMN promoted; "
    "ALTER TABLE trials DROP COLUMN dropped; ALTER TABLE sweep DROP COLUMN first_number; "
    "ALTER TABLE sweep DROP COLUMN race_confidence; "
    "CREATE TABLE whole_checkpoints (trial_id TEXT NOT NULL PRIMARY KEY REFERENCES trials "
    "(trial_id), epoch INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, data BLOB "
    "NOT "
    "NULL) STRICT; INSERT INTO whole_checkpoints SELECT trial_id, epoch, size, sha256, data FROM "
    "checkpoints JOIN states USING (sha256); DROP TABLE checkpoints; DROP TABLE states; "
    "ALTER TABLE whole_checkpoints RENAME TO checkpoints; "
    "CREATE INDEX trials_by_state ON trials (state, in_space, diverged, epochs_done); "
    "CREATE INDEX trials_by_value ON trials (objective_value, trial_id) WHERE in_space = 1 AND "
    "(state = 'completed' OR (state = 'stopped' AND diverged = 1)); PRAGMA user_version = 6;";

class SweepFixture : public testing::Test {
 protected:
  static Trial MakeTrial(const std::string& id, const std::string& scheduler = "StepLR",
                         double gamma = 0.1, int64_t seed = 0) {
    return {.id = id,
            .group_id = "group",
            .scheduler = scheduler,
            .seed = seed,
            .params = {{"optimizer", Map{{"lr", 0.1}, {"type", "SGD"}}},
                       {"scheduler", Map{{"gamma", gamma}, {"type", scheduler}}},
                       {"training", Map{{"epochs", int64_t{2}}, {"seed", seed}}}}};
  }

  Store CreateSweep(const std::vector<Trial>& trials, const Objective& objective = {}) const {
    SweepRecord sweep;
    sweep.name = "a-sweep";
    sweep.config_yaml = "name: a-sweep\n";
    sweep.objective = objective;
    sweep.engine = "torch";
    sweep.dataset_sha256 = "abc";
    sweep.version = "0.1.0";
    return Store::Create(db_, sweep, trials.size(), [&](size_t i) { return trials[i]; });
  }

  static EpochRecord MakeEpoch(int64_t epoch, double val_accuracy,
                               std::vector<float> losses = {0.5F, 0.25F}) {
    EpochRecord record;
    record.epoch = epoch;
    record.steps_done = epoch * static_cast<int64_t>(losses.size());
    double train_loss = 0;
    for (const float loss : losses) train_loss += loss / static_cast<double>(losses.size());
    record.losses = std::move(losses);
    record.rates = {{0.1}, {0.9}};
    record.metrics = {
        {kTrainLoss, train_loss}, {kValLoss, 1 - val_accuracy}, {kValAccuracy, val_accuracy}};
    record.wall_seconds = 1.5;
    record.diverged = Diverged(record.metrics);
    return record;
  }

  static void Begin(Store& store, const std::string& id) {
    store.BeginAttempt(id, {3, "node-a", "cpu", "torch", "AVX512"});
  }

  /// The trial from its start to its end, one epoch for each accuracy.
  static void Complete(Store& store, const std::string& id, const std::vector<double>& accuracies) {
    Begin(store, id);
    for (size_t i = 0; i < accuracies.size(); ++i) {
      store.AddEpoch(id, MakeEpoch(static_cast<int64_t>(i) + 1, accuracies[i]));
    }
    store.EndAttempt(id, TrialState::kCompleted, "");
  }

  static void Diverge(Store& store, const std::string& id) {
    Begin(store, id);
    store.AddEpoch(id, MakeEpoch(1, 0.1, {0.5F, kNanLoss}));
    store.EndAttempt(id, TrialState::kStopped, "");
  }

  static void Fail(Store& store, const std::string& id, const std::string& error) {
    Begin(store, id);
    store.EndAttempt(id, TrialState::kFailed, error);
  }

  TempFolder folder_;
  std::filesystem::path db_ = folder_ / "sweep.db";
};

}  // namespace lrsweep
