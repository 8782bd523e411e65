// `lrsweep verify`: trains stored trials again and compares every bit.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "analysis/selection.h"
#include "params/errors.h"
#include "params/text.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/commands/sweep_data.h"
#include "sweep/commands/trial_config.h"
#include "sweep/commands/verify_report.h"
#include "sweep/commands/version.h"
#include "sweep/config/sweep_config.h"
#include "sweep/coordinator/checkpoint_files.h"
#include "sweep/process/interrupt.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct VerifyArguments {
  std::string db;
  std::vector<std::string> trials;  // beginnings of their ids
  bool all = false;
  std::optional<int64_t> epochs;  // the first ones only
  std::string data;  // the folder where the data are now; empty: where the sweep found them
  bool json = false;
};

/// A stored trial as it was at one moment.
struct StoredTrial {
  TrialRow row;
  Map params;
  std::vector<EpochRow> epochs;
  std::vector<StepRow> steps;
  std::vector<AttemptRow> attempts;
};

Provenance ToProvenance(const WorkerInfo& by, int64_t pack_size, const std::string& version) {
  return {by.engine, by.device, by.cpu_target, version, pack_size};
}

/// The attempts at the trial; of one that was never trained by itself those at the trials with
/// which it shares its epochs.
std::vector<AttemptRow> AttemptsFor(const Store& store, const std::string& trial_id) {
  std::vector<AttemptRow> attempts = store.Attempts(trial_id);
  if (!attempts.empty()) return attempts;
  for (const std::string& sharer : store.SharersOf(trial_id)) {
    for (AttemptRow& attempt : store.Attempts(sharer)) attempts.push_back(std::move(attempt));
  }
  return attempts;
}

StoredTrial ReadTrial(const Store& store, const SweepRecord& sweep, const TrialRow& row) {
  StoredTrial stored{row, RestoreTrial(sweep, row).params, store.Epochs(row.trial_id),
                     store.Steps(row.trial_id), AttemptsFor(store, row.trial_id)};
  if (stored.epochs.empty()) {
    throw UsageError(
        fmt::format("trial {} has no epoch to compare: it is {}", row.trial_id, row.state));
  }
  // A program may leave out epochs.
  const auto epochs =
      sweep.IsOfProgram() ? stored.epochs.back().epoch : static_cast<int64_t>(stored.epochs.size());
  if (epochs != row.epochs_done) {
    throw StoreError(fmt::format("trial {}: {} of its {} are recorded: the database is damaged",
                                 row.trial_id, epochs, Counted(row.epochs_done, "epoch")));
  }
  const auto steps = static_cast<int64_t>(stored.steps.size());
  if (steps > 0 && steps != stored.epochs.back().steps_done) {
    throw StoreError(fmt::format("trial {}: {} of its {} are recorded: the database is damaged",
                                 row.trial_id, steps,
                                 Counted(stored.epochs.back().steps_done, "step")));
  }
  return stored;
}

/// The trials that the command names, once each.
std::vector<std::string> ChosenIds(const Store& store, const VerifyArguments& arguments) {
  if (arguments.trials.empty() && !arguments.all) throw UsageError("verify: name trials, or --all");
  std::vector<std::string> ids;
  for (const std::string& prefix : arguments.trials) {
    std::string id = FindTrial(store, prefix).trial_id;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
  }
  if (!arguments.all) return ids;
  for (const TrialRow& row : store.Trials()) {
    if (row.epochs_done > 0 && row.in_space) ids.push_back(row.trial_id);
  }
  if (ids.empty()) throw UsageError(arguments.db + ": no trial has an epoch to compare yet");
  return ids;
}

/// An empty folder for the trials of a program, whose own folders must stay as they are: beside the
/// database, where there is room for checkpoints, or else where temporary files go. It goes with
/// this object.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& db) {
    const fs::path temporary = fs::temp_directory_path() / "lrsweep-verify-XXXXXX";
    for (std::string name : {fs::absolute(db).string() + ".verify-XXXXXX", temporary.string()}) {
      if (mkdtemp(name.data()) == nullptr) continue;
      path_ = name;
      return;
    }
    throw ResourceError("no folder for the program's files can be made, neither beside " + db +
                        " nor in " + temporary.parent_path().string());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The executor that trains again: created for the first trial, and again for a trial with other
/// images or in packs of another fixed size.
class Trainer {
 public:
  Trainer(const SweepRecord& sweep, const VerifyArguments& arguments, const MakeExecutor& make)
      : sweep_(sweep), db_(arguments.db), data_(arguments.data), make_(make) {
    if (sweep.IsOfProgram() && !data_.empty()) {
      throw UsageError("--data: the trials are runs of a program, which finds its data itself");
    }
  }

  Executor& For(const StoredTrial& stored) {
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

  /// Whether trials of the program may share epochs, as the configuration says.
  bool declares_exact() const { return declares_exact_; }

  /// Of a program's checkpoints; null for the built-in model.
  TrialFiles* files() { return files_ ? &*files_ : nullptr; }

  /// Removes what a program has left of the trial.
  void Discard(const std::string& trial_id) {
    std::error_code ignored;
    if (scratch_) fs::remove_all(fs::path(scratch_->path()) / trial_id, ignored);
  }

 private:
  /// What an executor is made for.
  struct Needs {
    std::string dataset;
    HeldBack held_back;
    int64_t pack_size = 0;
    bool operator==(const Needs&) const = default;
  };

  Executor& ForProgram() {
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

  /// Where the trial's data are: trials of lrsweep 0.1.0 say it, newer ones name the content.
  std::string DatasetFor(const StoredTrial& stored) {
    if (!data_.empty()) return data_;
    if (sweep_.identity == 1) return std::get<std::string>(*Find(stored.params, "dataset.name"));
    if (!of_sweep_) of_sweep_ = DatasetOf(sweep_);
    return *of_sweep_;
  }

  SourcedDataset FindDataOf(const Needs& needs) const {
    try {
      return FindData(needs.dataset, false);
    } catch (const DataError& error) {
      if (!data_.empty()) throw;
      throw DataError(std::string(error.what()) +
                      "; if the data have moved, name their folder by --data");
    }
  }

  std::unique_ptr<Executor> MakeFor(const Needs& needs, const SourcedDataset& data) const {
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

  std::unique_ptr<Executor> Make(const WorkerSetup& setup) const {
    try {
      return make_(setup);
    } catch (const std::runtime_error& error) {
      throw ResourceError("the sweep was trained by the engine " + sweep_.engine + ": " +
                          error.what());
    }
  }

  const SweepRecord& sweep_;
  std::string db_;
  std::string data_;                     // VerifyArguments::data
  std::optional<std::string> of_sweep_;  // DatasetOf, once it is known
  const MakeExecutor& make_;
  std::optional<ScratchFolder> scratch_;  // outlives the executor, which writes there
  std::optional<CheckpointFiles> files_;  // there
  bool declares_exact_ = false;
  std::optional<Needs> needs_;
  std::unique_ptr<Executor> executor_;
};

/// A progress line that overwrites itself on a terminal; nothing elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* err) : err_(FindTerminal(err) ? err : nullptr) {}
  ~ProgressLine() { Show(""); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(const std::string& line) const {
    if (err_ == nullptr) return;
    fmt::print(err_, "\r\x1b[K{}", line);
    std::fflush(err_);
  }

 private:
  std::FILE* err_;
};

Verification Begin(const StoredTrial& stored, const SweepRecord& sweep, const WorkerInfo& here) {
  Verification found;
  found.trial_id = stored.row.trial_id;
  found.scheduler = stored.row.scheduler;
  found.epochs_recorded = static_cast<int64_t>(stored.epochs.size());
  for (const AttemptRow& attempt : stored.attempts) {
    found.recorded.push_back(ToProvenance(attempt.by, attempt.pack_size, sweep.version));
  }
  found.again = ToProvenance(here, 1, kVersion);
  found.of_program = sweep.IsOfProgram();
  if (found.of_program) {
    found.bits.metric = ParseKnownMetric(sweep.objective.metric).recorded;
    for (const AttemptRow& attempt : stored.attempts) {
      if (attempt.first_epoch == 1) found.resumed_after.clear();
      if (attempt.first_epoch > 1) found.resumed_after.push_back(attempt.first_epoch - 1);
    }
  }
  return found;
}

/// An epoch and its steps in the form in which the database returns them.
struct StoredForm {
  explicit StoredForm(const EpochRecord& record) {
    const auto finite = [](double number) {
      return std::isfinite(number) ? std::optional(number) : std::nullopt;
    };
    epoch = {
        record.epoch, record.steps_done, finite(record.rates.lr.back()), {}, record.wall_seconds};
    for (const auto& [name, value] : record.metrics) {
      epoch.metrics[name] = std::isfinite(value) ? value : std::nan("");
    }
    for (size_t i = 0; i < record.losses.size(); ++i) {
      const float loss = record.losses[i];
      steps.push_back({.lr = record.rates.LrAt(i),
                       .momentum = record.rates.MomentumAt(i),
                       .loss = std::isfinite(loss) ? loss : std::nan("")});
    }
  }
  EpochRow epoch;
  std::vector<StepRow> steps;
};

/// Compares a trial's epochs with the recorded ones as they are trained, up to a number of these.
class Comparer : public PackObserver {
 public:
  /// `files`: of a program's checkpoints; or null.
  Comparer(const StoredTrial& stored, int64_t limit, TrialFiles* files,
           const ProgressLine& progress, Verification& found)
      : stored_(stored), limit_(limit), files_(files), progress_(progress), found_(found) {}

  void OnEpoch(size_t /*member*/, EpochRecord record) override {
    if (IsEnough()) return;
    const auto place = static_cast<size_t>(found_.bits.epochs);
    const EpochRow& recorded = stored_.epochs.at(place);
    if (record.epoch != recorded.epoch) {
      found_.error = fmt::format("it reports epoch {} now, where epoch {} is recorded",
                                 record.epoch, recorded.epoch);
      return;
    }
    before_.push_back(found_.bits);
    const StoredForm again(record);
    CompareEpoch(recorded, StepsOf(stored_.epochs, place, stored_.steps), again.epoch, again.steps,
                 found_.bits);
  }
  AfterEpoch OnEpochEnd(size_t /*member*/) override {
    return IsEnough() || Interrupted() ? AfterEpoch::kEnd : AfterEpoch::kContinue;
  }
  void OnEnd(size_t /*member*/, TrialState /*state*/) override {}
  /// Keeps one checkpoint of a program at a time, as a sweep does.
  void OnCheckpoint(size_t /*member*/, int64_t epoch, std::string data) override {
    const std::string before = std::exchange(checkpoint_, std::move(data));
    checkpoint_epoch_ = epoch;
    if (files_ != nullptr && !before.empty()) files_->RemoveCheckpoint(found_.trial_id, before);
  }
  /// Where the program ended itself with a checkpoint: the task that continues from it, as a sweep
  /// does. What was compared after that epoch is forgotten. None where it is no further than the
  /// last time.
  std::optional<TrialTask> Continue(TrialTask task) {
    if (checkpoint_epoch_ <= task.epochs_done || IsEnough()) return std::nullopt;
    task.checkpoint = checkpoint_;
    task.epochs_done = checkpoint_epoch_;
    while (found_.bits.epochs > 0 && LastCompared() > checkpoint_epoch_) {
      found_.bits = std::move(before_.back());
      before_.pop_back();
    }
    found_.continued_after.push_back(checkpoint_epoch_);
    return task;
  }
  bool OnProgress(size_t /*member*/, const TrialProgress& at) override {
    progress_.Show(fmt::format("{}: training again, epoch {}/{}{}", found_.trial_id, at.epoch,
                               LastEpoch(), found_.Differs() ? ", it differs" : ""));
    return !Interrupted();
  }

 private:
  bool IsEnough() const { return found_.bits.epochs >= limit_ || !found_.error.empty(); }
  int64_t LastEpoch() const { return stored_.epochs.at(static_cast<size_t>(limit_) - 1).epoch; }
  int64_t LastCompared() const {
    return stored_.epochs.at(static_cast<size_t>(found_.bits.epochs) - 1).epoch;
  }

  const StoredTrial& stored_;
  int64_t limit_;
  TrialFiles* files_;
  std::string checkpoint_;  // the last one
  int64_t checkpoint_epoch_ = 0;
  std::vector<BitComparison> before_;  // each epoch that was compared
  const ProgressLine& progress_;
  Verification& found_;
};

/// How many of the recorded epochs are to be compared: up to the epoch `last`, at least one.
int64_t EpochsToCompare(const StoredTrial& stored, const std::optional<int64_t>& last) {
  const auto count =
      std::count_if(stored.epochs.begin(), stored.epochs.end(),
                    [&last](const EpochRow& row) { return !last || row.epoch <= *last; });
  return std::max<int64_t>(count, 1);
}

/// Trains the trial, and goes on with a program that ends itself with a checkpoint.
void TrainAgain(const StoredTrial& stored, Executor& executor, Comparer& comparer) {
  TrialTask task{stored.row.trial_id, stored.params};
  for (;;) {
    try {
      return executor.Execute({{task}}, comparer);
    } catch (const EndedUnasked&) {
      auto next = comparer.Continue(std::move(task));
      if (!next) throw;
      task = *std::move(next);
    }
  }
}

/// Trains the trial for `epochs` epochs, or as many as are recorded if that is fewer, and compares
/// them.
Verification VerifyTrial(const StoredTrial& stored, const SweepRecord& sweep,
                         const std::optional<int64_t>& epochs, Trainer& trainer,
                         const ProgressLine& progress) {
  Executor& executor = trainer.For(stored);
  Verification found = Begin(stored, sweep, executor.Describe());
  found.declared_exact = trainer.declares_exact();
  const int64_t limit = EpochsToCompare(stored, epochs);
  const auto start = Clock::now();
  Comparer comparer(stored, limit, trainer.files(), progress, found);
  try {
    TrainAgain(stored, executor, comparer);
  } catch (const ExecutorUnusable& error) {
    throw ResourceError(std::string("nothing can be trained any more: ") + error.what());
  } catch (const std::exception& error) {
    if (found.error.empty()) found.error = error.what();
  }
  found.interrupted = Interrupted() && found.bits.epochs < limit;
  if (found.error.empty() && !found.interrupted && found.bits.epochs < limit) {
    const auto compared = static_cast<size_t>(found.bits.epochs);
    found.error =
        fmt::format("its training ends after epoch {}, but {} are recorded",
                    compared == 0 ? 0 : stored.epochs[compared - 1].epoch, found.epochs_recorded);
  }
  found.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  trainer.Discard(found.trial_id);
  return found;
}

/// Trains the trials again in this process, by the engine that their database names, and compares
/// each epoch with the recorded one as it ends. The text goes to `out` trial by trial, JSON at the
/// end; a terminal behind `err` shows the progress. Returns kAllEndedWell where every bit agrees,
/// kSomeFailed where one does not, kInterrupted where a signal came first. Throws UsageError where
/// there is nothing to compare, or other data under the data set's name; DataError, StoreError, and
/// ResourceError where the engine cannot be had.
int VerifyTrials(const VerifyArguments& arguments, const MakeExecutor& make, std::FILE* out,
                 std::FILE* err) {
  // The database is opened for each trial: training takes long, and a running sweep must not wait
  // for this reader.
  const SweepRecord sweep =
      WithUsageErrors(arguments.db, [&] { return Store::Open(arguments.db).Sweep(); });
  const std::vector<std::string> ids = WithUsageErrors(
      arguments.db, [&] { return ChosenIds(Store::Open(arguments.db), arguments); });
  const Style style = StyleFor(out);
  Trainer trainer(sweep, arguments, make);
  Json trials = Json::array();
  int64_t agree = 0;
  int64_t differ = 0;
  CatchInterrupts();
  for (const std::string& id : ids) {
    if (Interrupted()) break;
    const StoredTrial stored = WithUsageErrors(arguments.db, [&] {
      const Store store = Store::Open(arguments.db);
      return ReadTrial(store, sweep, store.TrialById(id));
    });
    const Verification found = [&] {
      const ProgressLine progress(err);
      return VerifyTrial(stored, sweep, arguments.epochs, trainer, progress);
    }();
    agree += found.Agrees() ? 1 : 0;
    differ += found.Differs() ? 1 : 0;
    if (arguments.json) {
      trials.push_back(ToJson(found));
    } else {
      Print(out, VerificationText(found, style));
    }
  }
  if (arguments.json) {
    Print(out, Print(Json{{"name", sweep.name},
                          {"engine", sweep.engine},
                          {"dataset_sha256", sweep.dataset_sha256},
                          {"agree", agree},
                          {"trials", std::move(trials)}}));
  } else if (ids.size() > 1) {
    Print(out,
          fmt::format("{} of {} {}\n", agree, Counted(ids.size(), "trial"),
                      sweep.IsOfProgram() ? "give the same numbers again" : "agree in every bit"));
  }
  if (differ > 0) return kSomeFailed;
  return static_cast<size_t>(agree) == ids.size() ? kAllEndedWell : kInterrupted;
}

}  // namespace

Subcommand VerifyCommand() {
  const auto arguments = std::make_shared<VerifyArguments>();
  return {.name = "verify",
          .help = "Train stored trials again and compare every bit with what is recorded",
          .options = {DatabaseOption(arguments->db),
                      JsonOption(arguments->json),
                      {.name = "TRIAL",
                       .target = &arguments->trials,
                       .help = "ids, or their beginnings",
                       .kind = ValueKind::kTrial},
                      {.name = "--all",
                       .target = &arguments->all,
                       .help = "every trial that has an epoch",
                       .excludes = "TRIAL"},
                      {.name = "--epochs",
                       .target = &arguments->epochs,
                       .help = "compare only the first epochs, so many",
                       .range = Range{.minimum = 1}},
                      {.name = "--data",
                       .target = &arguments->data,
                       .help = "the folder where the data are now, if they have moved",
                       .value_name = "FOLDER",
                       .kind = ValueKind::kFolder}},
          .run =
              [arguments](const CommandContext& context) {
                return VerifyTrials(*arguments, context.parts.make_executor, stdout, stderr);
              },
          .footer = "Exit status: 0 every bit agrees, 1 something differs."};
}

}  // namespace lrsweep
