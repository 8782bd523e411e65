#include "sweep/verification/verify_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "sweep/process/interrupt.h"
#include "trial/executor.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;

Verification Begin(const StoredTrial& stored, const SweepRecord& sweep, const WorkerInfo& here,
                   const std::string& version) {
  Verification found;
  found.trial_id = stored.row.trial_id;
  found.scheduler = stored.row.scheduler;
  found.epochs_recorded = static_cast<int64_t>(stored.epochs.size());
  for (const AttemptRow& attempt : stored.attempts) {
    found.recorded.push_back(ToProvenance(attempt.by, attempt.pack_size, sweep.version));
  }
  found.again = ToProvenance(here, 1, version);
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
  Comparer(const StoredTrial& stored, int64_t limit, TrialFiles* files, const ShowProgress& show,
           Verification& found)
      : stored_(stored), limit_(limit), files_(files), show_(show), found_(found) {}

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
    show_(fmt::format("{}: training again, epoch {}/{}{}", found_.trial_id, at.epoch, LastEpoch(),
                      found_.Differs() ? ", it differs" : ""));
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
  const ShowProgress& show_;
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

}  // namespace

Verification VerifyTrial(const StoredTrial& stored, const SweepRecord& sweep,
                         const VerifyOptions& options, Trainer& trainer, const ShowProgress& show) {
  Executor& executor = trainer.For(stored);
  Verification found = Begin(stored, sweep, executor.Describe(), options.version);
  found.declared_exact = trainer.declares_exact();
  const int64_t limit = EpochsToCompare(stored, options.epochs);
  const auto start = Clock::now();
  Comparer comparer(stored, limit, trainer.files(), show, found);
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

}  // namespace lrsweep
