// `lrsweep verify`: trains stored trials again and compares every bit.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>
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
#include "sweep/process/interrupt.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

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

StoredTrial ReadTrial(const Store& store, const SweepRecord& sweep, const TrialRow& row) {
  StoredTrial stored{row, RestoreTrial(sweep, row).params, store.Epochs(row.trial_id),
                     store.Steps(row.trial_id), store.Attempts(row.trial_id)};
  if (stored.epochs.empty()) {
    throw UsageError(
        fmt::format("trial {} has no epoch to compare: it is {}", row.trial_id, row.state));
  }
  const auto epochs = static_cast<int64_t>(stored.epochs.size());
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

/// The executor that trains again: created for the first trial, and again for a trial with other
/// images or in packs of another fixed size.
class Trainer {
 public:
  /// `data`: as VerifyArguments::data.
  Trainer(const SweepRecord& sweep, std::string data, const MakeExecutor& make)
      : sweep_(sweep), data_(std::move(data)), make_(make) {}

  Executor& For(const StoredTrial& stored) {
    Needs needs{.dataset = DatasetFor(stored),
                .held_back = HeldBack(stored.params),
                .pack_size = FixedPackSize(ToProvenance(stored.attempts.back().by, 1, ""))};
    if (executor_ != nullptr && needs == *needs_) return *executor_;
    executor_ = nullptr;
    executor_ = MakeFor(needs, FindDataOf(needs));
    needs_ = std::move(needs);
    return *executor_;
  }

 private:
  /// What an executor is made for.
  struct Needs {
    std::string dataset;
    HeldBack held_back;
    int64_t pack_size = 0;
    bool operator==(const Needs&) const = default;
  };

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
    const WorkerSetup setup{.engine = sweep_.engine,
                            .dataset_folder = data.folder.string(),
                            .dataset_sha256 = data.sha256,
                            .validation_images = needs.held_back.images,
                            .draws_held_back = needs.held_back.are_drawn,
                            .pack_size = needs.pack_size,
                            .data = needs.held_back.Last(data.data)};
    try {
      return make_(setup);
    } catch (const std::runtime_error& error) {
      throw ResourceError("the sweep was trained by the engine " + sweep_.engine + ": " +
                          error.what());
    }
  }

  const SweepRecord& sweep_;
  std::string data_;
  std::optional<std::string> of_sweep_;  // DatasetOf, once it is known
  const MakeExecutor& make_;
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

/// Compares a trial's epochs with the recorded ones as they are trained, up to a number of them.
class Comparer : public PackObserver {
 public:
  Comparer(const StoredTrial& stored, int64_t limit, const ProgressLine& progress,
           Verification& found)
      : stored_(stored), limit_(limit), progress_(progress), found_(found) {}

  void OnEpoch(size_t /*member*/, EpochRecord record) override {
    const auto place = static_cast<size_t>(record.epoch) - 1;
    const StoredForm again(record);
    CompareEpoch(stored_.epochs.at(place), StepsOf(stored_.epochs, place, stored_.steps),
                 again.epoch, again.steps, found_.bits);
  }
  AfterEpoch OnEpochEnd(size_t /*member*/) override {
    const bool is_enough = found_.bits.epochs >= limit_ || Interrupted();
    return is_enough ? AfterEpoch::kEnd : AfterEpoch::kContinue;
  }
  void OnEnd(size_t /*member*/, TrialState /*state*/) override {}
  bool OnProgress(size_t /*member*/, const TrialProgress& at) override {
    progress_.Show(fmt::format("{}: training again, epoch {}/{}{}", found_.trial_id, at.epoch,
                               limit_, found_.Differs() ? ", it differs" : ""));
    return !Interrupted();
  }

 private:
  const StoredTrial& stored_;
  int64_t limit_;
  const ProgressLine& progress_;
  Verification& found_;
};

/// Trains the trial for `epochs` epochs, or as many as are recorded if that is fewer, and compares
/// them.
Verification VerifyTrial(const StoredTrial& stored, const SweepRecord& sweep,
                         const std::optional<int64_t>& epochs, Executor& executor,
                         const ProgressLine& progress) {
  Verification found = Begin(stored, sweep, executor.Describe());
  const int64_t limit = std::min(epochs.value_or(found.epochs_recorded), found.epochs_recorded);
  const auto start = Clock::now();
  Comparer comparer(stored, limit, progress, found);
  try {
    executor.Execute({{{found.trial_id, stored.params}}}, comparer);
  } catch (const ExecutorUnusable& error) {
    throw ResourceError(std::string("nothing can be trained any more: ") + error.what());
  } catch (const std::exception& error) {
    found.error = error.what();
  }
  found.interrupted = Interrupted() && found.bits.epochs < limit;
  if (found.error.empty() && !found.interrupted && found.bits.epochs < limit) {
    found.error = fmt::format("its training ends after epoch {}, but {} are recorded",
                              found.bits.epochs, found.epochs_recorded);
  }
  found.seconds = std::chrono::duration<double>(Clock::now() - start).count();
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
  Trainer trainer(sweep, arguments.data, make);
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
      return VerifyTrial(stored, sweep, arguments.epochs, trainer.For(stored), progress);
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
    Print(out, fmt::format("{} of {} agree in every bit\n", agree, Counted(ids.size(), "trial")));
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
                       .help = "ids, or their beginnings"},
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
                       .value_name = "FOLDER"}},
          .run =
              [arguments](const CommandContext& context) {
                return VerifyTrials(*arguments, context.parts.make_executor, stdout, stderr);
              },
          .footer = "Exit status: 0 every bit agrees, 1 something differs."};
}

}  // namespace lrsweep
