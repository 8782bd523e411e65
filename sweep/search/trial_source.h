// Where a sweep's trials come from, and what decides how far each is trained: the interface between
// the search and the coordinator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trial/decided.h"
#include "trial/trial.h"

namespace lrsweep {

/// Ends a trial that the source has given: it is stopped, and keeps the epochs that were recorded
/// up to the decision. It takes effect when an epoch of the trial ends, or at once where the trial
/// is not in training.
struct Decision {
  std::string trial_id;
  std::string reason;  // a sentence that is stored with the trial
  std::string by{};    // what decided it, "pruner" or "race"; empty: not stored
};

/// What is stored of a trial up to a budget.
struct StoredResult {
  std::optional<double> value;  // none where the trial failed or diverged, or has no value
};

/// Gives the coordinator trials and follows what becomes of them. Called from one thread.
///
/// The coordinator is free to train trials in any order, on any number of workers, and to report an
/// epoch again that a lost worker has to repeat. So decisions that must not depend on the workers
/// are made from values alone, for example when all results of a rung are there.
class TrialSource {
 public:
  virtual ~TrialSource() = default;

  /// The next trial to train: a new one, one that an earlier run left, or a held one that is to
  /// continue. None: no trial for now; asked again after the next event. The sweep is over when
  /// there is none and no trial is in training.
  virtual std::optional<Trial> Next() = 0;
  /// The epoch after which a trial that Next has given is held: it is pending, with a checkpoint,
  /// until Next gives it again with a later one. Its length: it is trained to its end. Does not
  /// change from Next until OnEnd. A trial that has trained so far in an earlier run is held at
  /// once: a source that begins anew gives every trial that is not over.
  virtual int64_t UntilOf(const Trial& trial) const { return EpochsOf(trial); }
  /// Whether Next is about to give a trial that may be the same training, in its first epochs, as
  /// the one that it gave last (prefix.h).
  virtual bool NextMayShare() const { return false; }
  /// Whether all trials are known from the beginning, and Next gives the longest first, with each
  /// those that may share its epochs. Then the coordinator puts trials that others have released
  /// between them by length, and any two may share what they have in common. Else only those share
  /// epochs that Next gives together, so that what is shared does not depend on when a trial was
  /// decided.
  virtual bool KnowsAllTrials() const { return false; }

  /// What was decided since this was asked last: the coordinator stores it together with the end
  /// that decided it. A restart decides the same again from the stored values. Sources whose trials
  /// are all known from the beginning decide nothing.
  virtual Decided TakeDecided() { return {}; }
  /// The budget of a trial, in epochs: values of different budgets are not compared. 0: there are
  /// no budgets.
  virtual int64_t BudgetOf(const Trial& /*trial*/) const { return 0; }

  /// What follows from the results of earlier runs alone. Asked once, before the first Next.
  virtual std::vector<Decision> Begin() { return {}; }
  /// Trials of the sweep, as many as are known now, those of earlier runs included.
  virtual int64_t size() const = 0;
  /// Epochs, from the first one to UntilOf, of all trials that Next is known to give still.
  virtual int64_t epochs_left() const = 0;
  /// The trial of that id, which an earlier run trained; none where it is not of this sweep.
  virtual std::optional<Trial> Find(const std::string& trial_id) const = 0;

  /// An epoch of a trial is recorded. The decisions may be about any trial that was given.
  virtual std::vector<Decision> OnEpoch(const Trial& /*trial*/, const EpochRecord& /*record*/) {
    return {};
  }
  /// A trial has ended (kCompleted, kStopped, kFailed) or is held (kPending). `value` is that of a
  /// completed trial by the sweep's objective, or what it would be if a held one had ended there.
  virtual std::vector<Decision> OnEnd(const Trial& /*trial*/, TrialState /*state*/,
                                      const std::optional<double>& /*value*/) {
    return {};
  }
};

}  // namespace lrsweep
