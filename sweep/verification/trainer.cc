#include "sweep/verification/trainer.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "params/errors.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

namespace fs = std::filesystem;

Trainer::Trainer(const SweepRecord& sweep, std::string db, std::string data,
                 const MakeExecutor& make)
    : sweep_(sweep), db_(std::move(db)), data_(std::move(data)), make_(make) {
  if (sweep.IsOfProgram() && !data_.empty()) {
    throw UsageError("--data: the trials are runs of a program, which finds its data itself");
  }
}

Executor& Trainer::For(const StoredTrial& stored) {
  if (sweep_.IsOfProgram()) return ForProgram();
  Needs needs{.dataset = DatasetFor(stored),
              .held_back = HeldBack(stored.params),
              .pack_size = stored.attempts.empty()
                               ? 0
                               : FixedPackSize(ToProvenance(stored.attempts.back().by, 1, ""))};
  if (executor_ != nullptr && needs == *needs_) return *executor_;
  executor_ = nullptr;
  executor_ = MakeFor(needs, FindDataOf(needs));
  needs_ = std::move(needs);
  return *executor_;
}

void Trainer::Discard(const std::string& trial_id) {
  std::error_code ignored;
  if (scratch_) fs::remove_all(fs::path(scratch_->path()) / trial_id, ignored);
}

Executor& Trainer::ForProgram() {
  if (executor_ != nullptr) return *executor_;
  scratch_.emplace(db_);
  WorkerSetup setup{.engine = sweep_.engine,
                    .program = ParseSweepConfig(sweep_.config_yaml, db_).program};
  setup.program->trials_folder = scratch_->path();
  declares_exact_ = setup.program->resumes_exactly;
  files_.emplace(scratch_->path(), false);
  executor_ = Make(setup);
  return *executor_;
}

std::string Trainer::DatasetFor(const StoredTrial& stored) {
  if (!data_.empty()) return data_;
  if (sweep_.identity == 1) return std::get<std::string>(*Find(stored.params, "dataset.name"));
  if (!of_sweep_) of_sweep_ = DatasetOf(sweep_);
  return *of_sweep_;
}

SourcedDataset Trainer::FindDataOf(const Needs& needs) const {
  try {
    return FindData(needs.dataset, false);
  } catch (const DataError& error) {
    if (!data_.empty()) throw;
    throw DataError(std::string(error.what()) +
                    "; if the data have moved, name their folder by --data");
  }
}

std::unique_ptr<Executor> Trainer::MakeFor(const Needs& needs, const SourcedDataset& data) const {
  if (data.sha256 != sweep_.dataset_sha256) {
    throw UsageError(fmt::format(
        "{}: other data than the sweep was trained on (SHA-256 {}, then {}): nothing can be "
        "verified",
        data.folder.string(), data.sha256, sweep_.dataset_sha256));
  }
  return Make({.engine = sweep_.engine,
               .dataset_folder = data.folder.string(),
               .dataset_sha256 = data.sha256,
               .validation_images = needs.held_back.images,
               .draws_held_back = needs.held_back.are_drawn,
               .pack_size = needs.pack_size,
               .data = needs.held_back.Last(data.data)});
}

std::unique_ptr<Executor> Trainer::Make(const WorkerSetup& setup) const {
  try {
    return make_(setup);
  } catch (const std::runtime_error& error) {
    throw ResourceError("the sweep was trained by the engine " + sweep_.engine + ": " +
                        error.what());
  }
}

}  // namespace lrsweep
