// The coordinator's loop: hands trials to workers and records what they report.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/store.h"
#include "sweep/coordinator/prefix_forest.h"
#include "sweep/coordinator/progress_view.h"
#include "sweep/coordinator/sweep_state.h"
#include "sweep/coordinator/trial_files.h"
#include "sweep/coordinator/trial_queue.h"
#include "sweep/coordinator/worker_liveness.h"
#include "sweep/coordinator/worker_load.h"
#include "sweep/coordinator/worker_pool.h"
#include "sweep/coordinator/worker_trust.h"
#include "sweep/search/trial_source.h"

namespace lrsweep {

/// How a run ended.
struct RunOutcome {
  bool interrupted = false;       // stopped with work left
  bool lost_all_workers = false;  // interrupted for that reason
  bool has_begun = false;         // at least one trial was started
  int64_t failed = 0;
};

struct CoordinatorOptions {
  /// A trial fails once it has brought down this many workers, or ended unasked so many times.
  int64_t max_attempts = 3;
  /// A worker that holds work and is silent for this long is marked dead.
  std::chrono::milliseconds worker_timeout{60'000};
  /// How long workers may take to finish their epochs when told to stop.
  std::chrono::milliseconds stop_limit{30'000};
  /// The training images of an epoch (ClockOf), to train once what several trials share; 0: every
  /// trial is trained by itself.
  int64_t shares_with_images = 0;
  /// Bytes of states that wait for trials which continue from them.
  int64_t branch_bytes = int64_t{1} << 30;
  /// Removes the files of checkpoints; null: they have none. Must outlive the coordinator.
  TrialFiles* files = nullptr;
};

class Coordinator {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Trains what the source gives and records it in the store, whose sweep it is. The arguments
  /// must outlive the coordinator. `should_continue`: false means stop as soon as possible. `now`
  /// is the clock of all its timeouts.
  Coordinator(TrialSource& source, Store& store, WorkerPool& pool, ProgressView& view,
              std::function<bool()> should_continue,
              std::function<TimePoint()> now = std::chrono::steady_clock::now,
              CoordinatorOptions options = {});

  /// Runs the sweep to its end. When it returns, all that was recorded is committed, and no trial
  /// is left as running. Throws ResourceError where no worker can train, StoreError.
  RunOutcome Run();

  const SweepState& state() const { return state_; }

 private:
  void RunLoop();
  void DispatchPacks();
  void WaitForEvents();
  void StopWorkers();
  void CutOffRunningTrials();
  std::function<int64_t(const Trial&)> UntilOfSource() const;
  int64_t EpochsLeftOf(const Trial& trial) const;
  void RestoreProgress();
  void RestoreBest();
  void Count(const TrialCount& over);
  bool HasWork();

  // Dispatch.
  /// Workers that train, or may still become ready.
  int64_t AbleWorkers() const { return trust_.able(); }
  int64_t FairShare() const;
  bool HasTrialFor(const WorkerLoad& load);
  PackTask HandOutPack(WorkerLoad& load);
  TrialQueue::Filter TrialsFor(int64_t worker) const;
  PackTask TaskOf(const Pack& pack);
  void BeginNextPack(WorkerLoad& load);
  LiveTrial Begin(Trial trial, WorkerLoad& load, int64_t pack_size);
  void AddCandidate(const WorkerLoad& load);

  // Events.
  void Handle(const Event& event);
  void OnEvent(const WorkerReady& ready);
  void OnEvent(const WorkerRefused& refused);
  void OnEvent(const TrialProgressed& progressed);
  void OnEvent(const EpochFinished& finished);
  void OnEvent(const CheckpointMade& made);
  void OnEvent(const TrialEnded& ended);
  void OnEvent(const WorkerGone& gone);
  LiveTrial* Running(const std::string& trial_id, int64_t worker);
  void Record(const EpochRecord& record, LiveTrial& live);
  void AddToCurve(int64_t epoch, const Metrics& metrics, int64_t steps_done, double wall_seconds,
                  RankedCurve& curve) const;
  void Settle(LiveTrial live, const TrialEnded& ended);
  bool IsOwnFailure(const LiveTrial& live, const std::string& error);
  void Conclude(LiveTrial live, TrialState state, const std::string& error);
  void Close(LiveTrial live, TrialState state, const std::string& error);
  void CutOff(LiveTrial live, const std::string& error);
  void Retry(LiveTrial live, const std::string& error);
  void CompareWithBest(const Trial& trial, int64_t budget, double value);

  // Decisions of the source.
  void TellSource(const std::function<std::vector<Decision>()>& tell);
  void CountStored(const std::string& trial_id);
  void Apply(Decision decision);
  std::optional<Trial> TakeWaiting(const std::string& trial_id);
  void SendDecision(const LiveTrial& live);
  bool IsEnding(const std::string& trial_id) const;
  bool HasReachedUntil(const LiveTrial& live) const;
  bool HasReachedUntil(const Trial& trial) const;
  void Hold(LiveTrial live);
  void TellOfReached();

  // Workers that are lost, or train no more.
  void WarnOfSharedGpu(const WorkerReady& ready);
  void ExcludeBrokenWorkers();
  void Exclude(const WorkerInfo& info, const std::string& reason);
  bool IsExcluded(int64_t worker) const;
  void CheckLiveness();
  void Lose(int64_t worker, const std::string& reason);
  void MarkDead(int64_t worker, const std::string& reason);
  std::optional<TrialState> EndOf(const LiveTrial& live) const;
  void LoseTrial(LiveTrial live, const std::string& reason);
  void LoseUnasked(LiveTrial live, const std::string& reason);
  void GiveUp(LiveTrial live, TrialState state, const std::string& error);

  // Trials that share epochs.
  std::vector<Trial> Admit(std::vector<Trial> trials);
  PrefixForest::Records RecordsForForest() const;
  std::vector<Metrics> RecordedMetrics(const std::string& trial_id, int64_t epochs) const;
  void AddSharing(const Trial& trial, TrialTask& task) const;
  void ResumeTrunk(const LiveTrial& live);
  void ShareEpoch(const LiveTrial& live, const EpochRecord& record, int64_t epoch_before);
  void FinishFollowers(const LiveTrial& live);
  void EndFollower(const LiveTrial& live, Trial follower, TrialState state,
                   const std::string& error);
  void TellOfShared(const Trial& trial, int64_t epochs);
  void Continue(const LiveTrial& live, std::vector<Sharer> sharers, Checkpoint state);
  void HoldFollower(const LiveTrial& live, const Trial& follower, int64_t epochs,
                    const Checkpoint* state);
  void BranchOff(const LiveTrial& live, const Checkpoint& state);
  void ReleaseParted(const LiveTrial& live, int64_t epoch);
  void EndTwins(const LiveTrial& live, TrialState state, const std::string& error);
  void FailFollowers(const LiveTrial& live, const std::string& error);
  void LeaveFollowers(const LiveTrial& live);
  void Readmit(std::vector<Sharer> orphans);

  // States that wait.
  bool KeepState(const Trial& trial, const Checkpoint& state);
  void ForgetState(const std::string& trial_id);
  void NoteState(const Trial& trial);
  const Trial* FindAncestor(const Trial& trial);
  void TakeStateOfAncestor(const Trial& trial);
  void TellOfTakenStates();

  // Checkpoints.
  StoredCheckpoint ReadCheckpoint(const std::string& trial_id);
  Checkpoint TakeCheckpoint(const std::string& trial_id);
  void ReclaimLent(const std::string& trial_id, int64_t epoch);
  void DropCheckpoint(const std::string& trial_id, const std::string& why);
  void EndCheckpoints(const std::string& trial_id);
  void RetireStored(const std::string& trial_id);
  void Retire(const std::string& trial_id, const std::string& data);
  void RemoveRetiredFiles();

  void CommitIfDue();
  void Commit();

  TrialSource& source_;
  Store& store_;
  WorkerPool& pool_;
  ProgressView& view_;
  std::function<bool()> should_continue_;
  std::function<TimePoint()> now_;
  CoordinatorOptions options_;
  std::optional<PrefixForest> forest_;
  TrialQueue queue_;
  SweepState state_;
  Metric metric_;                          // of state_.objective
  bool is_of_program_ = false;             // SweepRecord::IsOfProgram
  std::map<int64_t, WorkerLoad> workers_;  // the ready ones
  /// Workers that may accept a pack, as (busy, rank): idle workers sort first.
  std::set<std::pair<bool, int64_t>> candidates_;
  /// What the source has decided of trials that a worker has, by trial id.
  std::map<std::string, Decision> decisions_;
  /// Trials that have come to the epoch where they are held; the source is not told yet.
  std::deque<Trial> reached_;
  std::vector<EndedTrial> uncommitted_;         // ended, and not shown yet
  std::map<std::string, int64_t> checkpoints_;  // their epochs, by trial id
  Checkpoint last_read_;          // an undamaged one, so that it need not be read again
  bool may_have_retired_ = true;  // Store::RetiredCheckpoints, at first those of earlier runs
  /// Of trials that have not begun.
  struct WaitingState {
    int64_t bytes = 0;
    int64_t trials = 0;
  };
  std::map<std::string, WaitingState> waiting_states_;  // by what tells them apart
  std::map<std::string, std::string> waits_with_;       // a key of waiting_states_, by trial id
  int64_t waiting_bytes_ = 0;
  /// Trials that have or had a checkpoint, by PrefixKey and id.
  std::map<std::string, std::map<std::string, Trial>> states_;
  std::vector<std::pair<Trial, int64_t>> untold_;  // trials that took a state, and its epoch
  std::set<std::string> begins_anew_;              // trials whose checkpoint was dropped
  std::map<std::string, int64_t> resume_after_;    // the epoch, of trials handed out with one
  WorkerLiveness liveness_;
  WorkerTrust trust_;
  std::map<std::pair<std::string, std::string>, int64_t> gpu_users_;  // by host and GPU: the first
  std::set<std::string> warned_hosts_;  // of which it was said that workers share a GPU
  bool has_begun_ = false;
  bool is_stopping_ = false;
  int64_t lost_ = 0;  // workers
  int64_t refused_ = 0;
  std::string last_refusal_;
  TimePoint created_;
  TimePoint last_commit_;
};

}  // namespace lrsweep
