// The coordinator's loop: gives every idle worker the next trial, and writes down what comes back.
#pragma once

#include <functional>

#include "results/store.h"
#include "sweep/progress.h"
#include "sweep/search_space.h"
#include "sweep/sweep_state.h"
#include "sweep/worker_pool.h"

namespace lrsweep {

/// How a run ended. `interrupted`: told to stop with work left.
struct RunOutcome {
  bool interrupted = false;
  bool began = false;  // at least one trial was given out
  int64_t failed = 0;
};

class Coordinator {
 public:
  /// All of them must outlive the coordinator. `go_on`: false means stop as soon as possible.
  Coordinator(const SearchSpace& space, Store& store, WorkerPool& pool, ProgressView& view,
              std::function<bool()> go_on);

  /// Runs the sweep to its end. When it returns, all that was recorded is committed, and no trial
  /// is left as running. Throws ResourceError where no worker can train, StoreError.
  RunOutcome Run();

  const SweepState& state() const { return state_; }

 private:
  bool HasPending() const { return next_trial_ < space_.size(); }
  void StartWhatThereIsRoomFor();
  void WaitForEvents();
  void RunLoop();
  void CutOffRunningTrials();

  void Handle(const Event& event);
  void On(const WorkerReady& ready);
  void On(const WorkerRefused& refused);
  void On(const TrialProgressed& progress);
  void On(const EpochFinished& finished);
  void On(const TrialEnded& ended);
  void CompareWithBest(const LiveTrial& live);
  void CommitIfDue();
  void Commit();

  const SearchSpace& space_;
  Store& store_;
  WorkerPool& pool_;
  ProgressView& view_;
  std::function<bool()> go_on_;
  size_t next_trial_ = 0;  // of the space: those before it were given out
  SweepState state_;
  std::map<int64_t, WorkerInfo> idle_;
  std::map<int64_t, WorkerInfo> workers_;
  std::vector<EndedTrial> uncommitted_;  // ended, and not told yet
  int64_t refused_ = 0;
  std::string last_refusal_;
  std::chrono::steady_clock::time_point last_commit_;
};

}  // namespace lrsweep
