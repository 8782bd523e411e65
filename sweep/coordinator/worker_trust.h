// Decides whose fault it is when a trial fails before its first epoch: the trial's or the worker's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace lrsweep {

/// A worker whose device or driver is broken fails every trial within milliseconds. It would take
/// one trial after another from the queue while the healthy workers train. So a trial that fails
/// before its first epoch is tried on another worker:
///
/// - It fails there too: the fault is the trial's own, and no worker is blamed.
/// - It finishes an epoch there: the fault is the first worker's. A worker with such a failure
/// among
///   its last three, of which none finished an epoch, is excluded.
///
/// While it is not known whose fault it is, such a worker gets a trial only every ten seconds.
///
/// A worker is in doubt from a failure until it finishes an epoch. Another opinion comes from a
/// worker that is not in doubt if there is one. Else several broken workers, which are always free,
/// would confirm each other's failures. Where no other worker is left, the fault is the trial's
/// own.
class WorkerTrust {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Exclusion {
    int64_t worker = 0;
    int64_t failures = 0;  // in a row
    std::string error;     // of the last one
  };

  explicit WorkerTrust(const std::vector<int64_t>& workers);

  /// Workers that train, or may still become ready.
  int64_t able() const { return static_cast<int64_t>(able_.size()); }
  /// The worker is lost or refused.
  void Remove(int64_t worker) { able_.erase(worker); }

  /// A trial that was alone in its pack failed on the worker before an epoch there. Returns whether
  /// the fault is the trial's own; if not, it is to be tried on another worker.
  bool IsTrialsFault(const std::string& trial_id, int64_t worker, const std::string& error,
                     TimePoint now);
  /// The worker finished an epoch of the trial.
  void OnEpoch(const std::string& trial_id, int64_t worker);
  /// The trial is over: its failures, if it has some that are not explained, count no more.
  void OnEnd(const std::string& trial_id);

  /// Whether the worker may train the trial: always, unless the trial waits for another opinion.
  bool MayTrain(const std::string& trial_id, int64_t worker) const;
  /// Whether the worker should get no trial `now`, since its last ones all failed.
  bool IsResting(int64_t worker, TimePoint now) const;
  /// The workers that have become excluded since the last call; they are no longer able.
  std::vector<Exclusion> TakeExclusions();

 private:
  struct Worker {
    bool has_trained = false;        // an epoch of anything
    bool is_in_doubt = false;        // a trial failed since its last epoch
    std::set<std::string> failures;  // ids of the trials since then whose fault it may be
    bool is_at_fault = false;        // another worker has trained one of these
    std::string error;               // of the last one
    TimePoint last_failure;
  };

  bool IsInDoubt(int64_t worker) const;
  void ExcludeIfDue(int64_t worker);
  bool HasOther(const std::set<int64_t>& failed_on, bool any) const;

  std::set<int64_t> able_;
  std::map<int64_t, Worker> workers_;
  std::vector<Exclusion> exclusions_;  // that were not taken yet
  /// The workers on which a trial failed, while it is not known whose fault it is.
  std::map<std::string, std::set<int64_t>> failed_on_;
};

}  // namespace lrsweep
