// Trains stored trials again, as their sweep did.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "results/store.h"
#include "sweep/coordinator/checkpoint_files.h"
#include "sweep/data/sweep_data.h"
#include "sweep/verification/scratch_folder.h"
#include "sweep/verification/stored_trial.h"
#include "trial/executor.h"

namespace lrsweep {

/// The executor that trains again: created for the first trial, and again for a trial with other
/// images or in packs of another fixed size.
class Trainer {
 public:
  /// `data`: the folder where the data are now; empty: where the sweep found them. `sweep` and
  /// `make` must outlive it. Throws UsageError for data of a program.
  Trainer(const SweepRecord& sweep, std::string db, std::string data, const MakeExecutor& make);

  Executor& For(const StoredTrial& stored);

  /// Whether trials of the program may share epochs, as the configuration says.
  bool declares_exact() const { return declares_exact_; }

  /// Of a program's checkpoints; null for the built-in model.
  TrialFiles* files() { return files_ ? &*files_ : nullptr; }

  /// Removes what a program has left of the trial.
  void Discard(const std::string& trial_id);

 private:
  /// What an executor is made for.
  struct Needs {
    std::string dataset;
    HeldBack held_back;
    int64_t pack_size = 0;
    bool operator==(const Needs&) const = default;
  };

  Executor& ForProgram();

  /// Where the trial's data are: trials of lrsweep 0.1.0 say it, newer ones name the content.
  std::string DatasetFor(const StoredTrial& stored);

  SourcedDataset FindDataOf(const Needs& needs) const;

  std::unique_ptr<Executor> MakeFor(const Needs& needs, const SourcedDataset& data) const;

  std::unique_ptr<Executor> Make(const WorkerSetup& setup) const;

  const SweepRecord& sweep_;
  std::string db_;
  std::string data_;                     // as given
  std::optional<std::string> of_sweep_;  // DatasetOf, once it is known
  const MakeExecutor& make_;
  std::optional<ScratchFolder> scratch_;  // outlives the executor, which writes there
  std::optional<CheckpointFiles> files_;  // there
  bool declares_exact_ = false;
  std::optional<Needs> needs_;
  std::unique_ptr<Executor> executor_;
};

}  // namespace lrsweep
