// The worker pool of a simulated sweep: its workers, the network between them and the coordinator,
// and what is true of them, against which the coordinator's actions are checked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sweep/coordinator/worker_pool.h"
#include "tests/simulation/worker.h"
#include "tests/simulation/world.h"

namespace lrsweep::simulation {

/// A pack's trial as the coordinator gave it to a worker. An attempt can only be one of these.
struct Assignment {
  int64_t run = 0;
  WorkerInfo by;
  std::string trial_id;
  int64_t first_epoch = 1;
  int64_t pack_size = 1;
  Time given;
  bool begins_at_once = false;  // the worker had nothing to do
};

/// A worker that said of a trial that it failed.
struct FailureReport {
  int64_t run = 0;
  int64_t worker = 0;
  std::string error;
  int64_t others = 0;  // workers beside it that could train then, as far as was known
};

/// What is true of all runs of a sweep.
struct Truth {
  std::vector<Execution> executions;
  std::map<std::string, std::vector<Assignment>> assignments;  // by trial
  std::map<std::string, std::vector<FailureReport>> failures;  // by trial
  std::map<std::string, TrialState> ended;                     // trials of which the view was told
  std::set<std::pair<int64_t, int64_t>> struck;                // workers, by run and number
  std::set<std::pair<int64_t, int64_t>> left;                  // whose trials ended unasked
  std::set<std::pair<int64_t, int64_t>> unreliable;            // that failed trials
  std::set<int64_t> broken_off;  // runs that were killed, or whose disk failed
};

class Pool : public WorkerPool {
 public:
  Pool(World& world, Truth& truth);
  ~Pool() override;

  int64_t size() const override { return static_cast<int64_t>(workers_.size()); }
  int64_t first() const override { return first_; }
  void Start(int64_t worker, const PackTask& pack) override;
  void Send(int64_t worker, const EndTrial& order) override;
  void StopAll() override;
  void Dismiss(int64_t worker) override;
  bool IsGone(int64_t worker) const override;
  void Wait(std::chrono::milliseconds timeout, const EventSink& sink) override;

  /// The coordinator says that it has lost the worker, or excluded it.
  void OnLost(int64_t worker);
  void OnExcluded(int64_t worker);
  /// Workers that the coordinator has heard to be ready and has not lost.
  int64_t ready() const;

 private:
  /// A worker as the coordinator must see it by now.
  struct Known {
    bool is_ready = false;
    bool is_lost = false;      // or has refused
    bool is_given_up = false;  // lost, and has not refused
    bool is_excluded = false;
    bool is_dismissed = false;
  };

  Worker& At(int64_t worker) { return *workers_.at(static_cast<size_t>(worker - first_)); }
  const Worker& At(int64_t worker) const {
    return *workers_.at(static_cast<size_t>(worker - first_));
  }
  void Assign(int64_t worker, const TrialTask& task, const PackTask& pack, bool begins_at_once);
  Time Arrival();
  void RunWorkers();
  Worker* Next();
  void Deliver(Worker& worker, const EventSink& sink);
  void OnDelivery(const Worker& worker, const Event& event);
  void Release(int64_t worker);

  World& world_;
  Truth& truth_;
  Draws draws_;
  int64_t first_ = 1;
  bool are_forked_ = false;  // the workers of host0, the coordinator's
  std::vector<std::unique_ptr<Worker>> workers_;
  std::map<int64_t, Known> known_;
  std::map<std::string, int64_t> holders_;  // by trial: the worker that has it, until it is told
  bool is_delivering_ = false;
};

}  // namespace lrsweep::simulation
