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
/// - It finishes an epoch there: the fault is the first worker's. A worker with three failures in a
///   row, one of which was its fault, is excluded.
///
/// While it is not known whose fault it is, such a worker gets a trial only every ten seconds.
///
/// The other opinion comes from a judge, if there is one: a worker that has not failed since its
/// last epoch, or has trained and has not failed often since. Else several broken workers, which
/// are always free, would confirm each other's failures. It comes from another host if there is a
/// judge on one, since all GPUs of a host may break together.
///
/// Where no other worker is left, the fault is the trial's own; but the last worker is excluded
/// too where it fails three in a row although others have trained: what is left stays pending.
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
  /// The worker is ready, on this host.
  void OnReady(int64_t worker, const std::string& host) { workers_[worker].host = host; }
  /// The worker is lost or refused.
  void Remove(int64_t worker);

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
    std::string host;
    bool has_trained = false;        // an epoch of anything
    bool is_in_doubt = false;        // a trial failed since its last epoch
    size_t in_a_row = 0;             // failures since its last epoch, whosever fault they are
    std::set<std::string> failures;  // ids of the trials since then whose fault it may be
    bool is_at_fault = false;        // another worker has trained one of these
    std::string error;               // of the last one
    TimePoint last_failure;
  };

  bool CanJudge(int64_t worker) const;
  bool HasOther(const std::set<int64_t>& failed_on) const;
  std::set<int64_t> Judges(const std::set<int64_t>& failed_on) const;
  bool HasElsewhere(const std::set<int64_t>& workers, const std::set<int64_t>& others) const;
  std::set<std::string> HostsOf(const std::set<int64_t>& workers) const;
  bool IsLastAndBroken(int64_t worker) const;
  void ExcludeIfDue(int64_t worker);
  void Exclude(int64_t worker);

  std::set<int64_t> able_;
  std::map<int64_t, Worker> workers_;
  std::vector<Exclusion> exclusions_;  // that were not taken yet
  /// The workers on which a trial failed, while it is not known whose fault it is.
  std::map<std::string, std::set<int64_t>> failed_on_;
};

}  // namespace lrsweep
