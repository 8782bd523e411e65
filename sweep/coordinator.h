// The coordinator's loop: gives the workers what they have room for, and writes down what comes
// back.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/store.h"
#include "sweep/progress.h"
#include "sweep/search_space.h"
#include "sweep/sweep_state.h"
#include "sweep/trial_queue.h"
#include "sweep/worker_load.h"
#include "sweep/worker_pool.h"

namespace lrsweep {

/// How a run ended. `interrupted`: told to stop with work left.
struct RunOutcome {
  bool interrupted = false;
  bool began = false;  // at least one trial was begun
  int64_t failed = 0;
};

class Coordinator {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// All of them must outlive the coordinator. `go_on`: false means stop as soon as possible.
  /// `now` is the clock that it goes by.
  Coordinator(const SearchSpace& space, Store& store, WorkerPool& pool, ProgressView& view,
              std::function<bool()> go_on,
              std::function<TimePoint()> now = std::chrono::steady_clock::now);

  /// Runs the sweep to its end. When it returns, all that was recorded is committed, and no trial
  /// is left as running. Throws ResourceError where no worker can train, StoreError.
  RunOutcome Run();

  const SweepState& state() const { return state_; }

 private:
  void StartWhatThereIsRoomFor();
  void WaitForEvents();
  void RunLoop();
  void CutOffRunningTrials();
  bool HasWork() const { return queue_.pending() > 0 || !state_.running.empty(); }

  int64_t FairShare() const;
  void HandOutPack(WorkerLoad& load);
  void BeginNextPack(WorkerLoad& load);
  void LookForRoom(const WorkerLoad& load);

  void Handle(const Event& event);
  void On(const WorkerReady& ready);
  void On(const WorkerRefused& refused);
  void On(const TrialProgressed& progress);
  void On(const EpochFinished& finished);
  void On(const TrialEnded& ended);
  LiveTrial* Running(const std::string& trial_id, int64_t worker);
  void TryAgainAlone(LiveTrial live, const std::string& error);
  void Conclude(LiveTrial live, const TrialEnded& ended);
  void CompareWithBest(const LiveTrial& live);
  void CommitIfDue();
  void Commit();

  Store& store_;
  WorkerPool& pool_;
  ProgressView& view_;
  std::function<bool()> go_on_;
  std::function<TimePoint()> now_;
  TrialQueue queue_;
  SweepState state_;
  std::map<int64_t, WorkerLoad> workers_;  // the ready ones
  /// Workers that may have room: whether they have a pack already, and who. Idle ones come first.
  std::set<std::pair<bool, int64_t>> room_;
  std::vector<EndedTrial> uncommitted_;  // ended, and not told yet
  bool began_ = false;
  int64_t refused_ = 0;
  std::string last_refusal_;
  TimePoint last_commit_;
};

}  // namespace lrsweep
