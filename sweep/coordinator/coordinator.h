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
#include "sweep/coordinator/progress_view.h"
#include "sweep/coordinator/sweep_state.h"
#include "sweep/coordinator/trial_queue.h"
#include "sweep/coordinator/worker_load.h"
#include "sweep/coordinator/worker_pool.h"
#include "sweep/coordinator/worker_watch.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

/// How a run ended. `interrupted`: told to stop with work left.
struct RunOutcome {
  bool interrupted = false;
  bool lost_all_workers = false;  // interrupted by that
  bool began = false;             // at least one trial was begun
  int64_t failed = 0;
};

struct CoordinatorOptions {
  /// A trial that has brought down so many workers is failed.
  int64_t max_attempts = 3;
  /// A worker that holds work and is silent for so long is given up.
  std::chrono::milliseconds worker_timeout{60'000};
  /// How long workers may take to finish their epochs when told to stop.
  std::chrono::milliseconds stop_limit{30'000};
};

class Coordinator {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// All of them must outlive the coordinator. Trains what is pending in the store, whose trials
  /// are those of the space. `go_on`: false means stop as soon as possible. `now` is the clock that
  /// it goes by.
  Coordinator(const SearchSpace& space, Store& store, WorkerPool& pool, ProgressView& view,
              std::function<bool()> go_on,
              std::function<TimePoint()> now = std::chrono::steady_clock::now,
              CoordinatorOptions options = {});

  /// Runs the sweep to its end. When it returns, all that was recorded is committed, and no trial
  /// is left as running. Throws ResourceError where no worker can train, StoreError.
  RunOutcome Run();

  const SweepState& state() const { return state_; }

 private:
  void StartWhatThereIsRoomFor();
  void WaitForEvents();
  void RunLoop();
  void StopWorkers();
  void CutOffRunningTrials();
  void CountWhatIsDone(const SearchSpace& space);
  bool HasWork() const { return queue_.pending() > 0 || !state_.running.empty(); }

  /// Workers that train, or may come to it.
  int64_t AbleWorkers() const { return pool_.size() - refused_ - lost_; }
  int64_t FairShare() const;
  PackTask HandOutPack(WorkerLoad& load);
  PackTask TaskOf(const Pack& pack);
  std::string TakeCheckpoint(const std::string& trial_id);
  void BeginNextPack(WorkerLoad& load);
  LiveTrial Begin(Trial trial, WorkerLoad& load, int64_t pack_size);
  void LookForRoom(const WorkerLoad& load);
  void LookForLosses();
  void GiveUp(int64_t worker, const std::string& reason);
  void LoseTrial(LiveTrial live, const std::string& reason);

  void Handle(const Event& event);
  void On(const WorkerReady& ready);
  void On(const WorkerRefused& refused);
  void On(const TrialProgressed& progressed);
  void On(const EpochFinished& finished);
  void On(const CheckpointMade& made);
  void On(const TrialEnded& ended);
  LiveTrial* Running(const std::string& trial_id, int64_t worker);
  void TryAgainAlone(LiveTrial live, const std::string& error);
  void CutOff(LiveTrial live, const std::string& error);
  void Conclude(LiveTrial live, const TrialEnded& ended);
  void CompareWithBest(const Trial& trial, double value);
  void CommitIfDue();
  void Commit();

  Store& store_;
  WorkerPool& pool_;
  ProgressView& view_;
  std::function<bool()> go_on_;
  std::function<TimePoint()> now_;
  CoordinatorOptions options_;
  std::vector<size_t> todo_;  // what was pending at first: places in the space, in order
  TrialQueue queue_;
  SweepState state_;
  Metric metric_;                          // of state_.objective
  std::map<int64_t, WorkerLoad> workers_;  // the ready ones
  /// Workers that may have room: whether they have a pack already, and who. Idle ones come first.
  std::set<std::pair<bool, int64_t>> room_;
  std::vector<EndedTrial> uncommitted_;          // ended, and not told yet
  std::set<std::string> with_checkpoint_;        // pending or running trials that have one
  std::map<std::string, int64_t> resume_after_;  // the epoch, of trials handed out with one
  WorkerWatch watch_;
  bool began_ = false;
  bool stopping_ = false;
  int64_t lost_ = 0;  // workers
  int64_t refused_ = 0;
  std::string last_refusal_;
  TimePoint made_;
  TimePoint last_commit_;
};

}  // namespace lrsweep
