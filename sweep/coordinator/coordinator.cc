#include "sweep/coordinator/coordinator.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "params/errors.h"

namespace lrsweep {
namespace {

constexpr auto kWait = std::chrono::milliseconds(200);
constexpr auto kCommitInterval = std::chrono::milliseconds(100);
// In which a program fails for the fault of its worker: a broken device, a missing library or disk.
constexpr auto kStartLimit = std::chrono::minutes(1);

}  // namespace

double SweepState::ElapsedSeconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

RunOutcome Coordinator::Run() {
  try {
    RunLoop();
  } catch (...) {
    try {  // best effort: the database itself may be what failed
      CutOffRunningTrials();
      store_.Commit();  // and the view is told of no end, since a failure may have undone it
    } catch (const std::exception&) {  // the first failure is reported
    }
    throw;
  }
  const bool interrupted = HasWork();
  CutOffRunningTrials();
  RestoreBest();
  Commit();
  view_.OnFinish(state_);
  const bool lost_all = interrupted && lost_ > 0 && AbleWorkers() == 0;
  return {interrupted, lost_all, has_begun_, state_.failed};
}

void Coordinator::RunLoop() {
  while (HasWork() && AbleWorkers() > 0 && should_continue_()) {
    TellOfReached();
    DispatchPacks();
    TellOfTakenStates();
    if (reached_.empty()) WaitForEvents();
    CheckLiveness();
  }
  if (HasWork()) StopWorkers();
  TellOfReached();
}

/// Whether a trial is in training, prefetched, or waits, or the source may give one yet. A
/// prefetched one alone is there when the trial before it has ended while the workers were told to
/// stop.
bool Coordinator::HasWork() {
  const auto has_prefetched = [](const auto& worker) { return worker.second.prefetched() > 0; };
  return !state_.running.empty() || queue_.HasNext() || !reached_.empty() ||
         std::any_of(workers_.begin(), workers_.end(), has_prefetched);
}

/// Lets every worker finish its epoch and send the checkpoints of its trials.
void Coordinator::StopWorkers() {
  is_stopping_ = true;
  pool_.StopAll();
  const TimePoint limit = now_() + options_.stop_limit;
  while (!state_.running.empty() && now_() < limit) {
    WaitForEvents();
    CheckLiveness();
  }
}

void Coordinator::DispatchPacks() {
  std::vector<std::pair<int64_t, PackTask>> starting;
  std::vector<std::pair<bool, int64_t>> waiting;  // for a trial that they may train
  bool begins = false;
  while (!candidates_.empty() && queue_.HasNext()) {
    const auto candidate = *candidates_.begin();
    candidates_.erase(candidates_.begin());
    WorkerLoad& load = workers_.at(candidate.second);
    if (!load.CanAccept(FairShare())) continue;
    if (!HasTrialFor(load)) {
      waiting.push_back(candidate);
      continue;
    }
    begins = begins || load.is_idle();
    starting.emplace_back(load.info().worker, HandOutPack(load));
  }
  candidates_.insert(waiting.begin(), waiting.end());
  // Commit before dispatch, so that after a crash the database shows which trial was starting.
  if (begins) Commit();
  for (const auto& [worker, task] : starting) pool_.Start(worker, task);
}

void Coordinator::WaitForEvents() {
  pool_.Wait(kWait, [this](const Event& event) { Handle(event); });
  CommitIfDue();
  view_.OnTick(state_);
  if (refused_ == pool_.size()) {
    throw ResourceError("no worker can train: " + last_refusal_);
  }
}

/// Epochs left for each worker if all that is left were spread evenly.
int64_t Coordinator::FairShare() const {
  return (state_.epochs - state_.epochs_done) / std::max<int64_t>(AbleWorkers(), 1);
}

bool Coordinator::HasTrialFor(const WorkerLoad& load) {
  const int64_t worker = load.info().worker;
  return !trust_.IsResting(worker, now_()) && queue_.HasNext(TrialsFor(worker));
}

/// The trials that the worker may train.
TrialQueue::Filter Coordinator::TrialsFor(int64_t worker) const {
  return [this, worker](const Trial& trial) { return trust_.MayTrain(trial.id, worker); };
}

PackTask Coordinator::HandOutPack(WorkerLoad& load) {
  Pack pack =
      queue_.Take(load.info().pack_size, FairShare() - load.work(), TrialsFor(load.info().worker));
  PackTask task = TaskOf(pack);
  const bool begins = load.is_idle();
  load.HandOut(std::move(pack));
  liveness_.OnContact(load.info().worker, now_());
  if (begins) BeginNextPack(load);
  AddCandidate(load);
  return task;
}

PackTask Coordinator::TaskOf(const Pack& pack) {
  PackTask task;
  for (const Trial& trial : pack) {
    TakeStateOfAncestor(trial);
    Checkpoint checkpoint = TakeCheckpoint(trial.id);
    const int64_t until = source_.UntilOf(trial);
    task.trials.push_back({trial.id, trial.params, std::move(checkpoint.data), checkpoint.epoch,
                           until < EpochsOf(trial) ? until : 0, std::move(checkpoint.saved_by)});
    AddSharing(trial, task.trials.back());
  }
  return task;
}

/// The worker's first prefetched pack is in training from now on. An attempt begins here and not
/// before: a prefetched trial is still pending.
void Coordinator::BeginNextPack(WorkerLoad& load) {
  has_begun_ = true;
  Pack pack = load.BeginNext(now_());
  const auto size = static_cast<int64_t>(pack.size());
  for (Trial& trial : pack) {
    const std::string id = trial.id;
    const auto [live, is_new] =
        state_.running.insert_or_assign(id, Begin(std::move(trial), load, size));
    ResumeTrunk(live->second);
    SendDecision(live->second);
  }
}

void Coordinator::AddCandidate(const WorkerLoad& load) {
  if (IsExcluded(load.info().worker)) return;
  candidates_.emplace(!load.is_idle(), load.info().worker);
}

/// Ignores events of a worker that was marked dead: its trials are with other workers by now.
void Coordinator::Handle(const Event& event) {
  std::visit(
      [this](const auto& happened) {
        const int64_t worker = WorkerOf(happened);
        if (!liveness_.IsWatched(worker)) return pool_.Dismiss(worker);
        liveness_.OnContact(worker, now_());
        OnEvent(happened);
      },
      event);
}

/// The trial, if that worker trains it: what other workers report of it is ignored.
LiveTrial* Coordinator::Running(const std::string& trial_id, int64_t worker) {
  const auto found = state_.running.find(trial_id);
  if (found == state_.running.end() || found->second.by.worker != worker) return nullptr;
  return &found->second;
}

void Coordinator::OnEvent(const TrialProgressed& progressed) {
  LiveTrial* live = Running(progressed.trial_id, progressed.worker);
  if (live == nullptr) return;
  live->epoch = progressed.progress.epoch;
  live->loss = progressed.progress.loss;
  live->lr = progressed.progress.lr;
  // A lone process trains inside Wait, so it commits and draws here.
  CommitIfDue();
  view_.OnTick(state_);
}

void Coordinator::OnEvent(const EpochFinished& finished) {
  LiveTrial* live = Running(finished.trial_id, finished.worker);
  if (live == nullptr) return;
  WorkerLoad& load = workers_.at(finished.worker);
  load.OnEpoch(finished.trial_id, finished.record.epoch);
  AddCandidate(load);
  live->has_trained = true;
  trust_.OnEpoch(finished.trial_id, finished.worker);
  ExcludeBrokenWorkers();
  // An epoch that was in training when its trial was ended would depend on the message's delay; so
  // would those that a user's program trains after it was told to hold.
  if (IsEnding(finished.trial_id) || HasReachedUntil(*live)) return;
  Record(finished.record, *live);
}

void Coordinator::Record(const EpochRecord& record, LiveTrial& live) {
  store_.AddEpoch(live.trial.id, record);
  live.epoch = record.epoch;
  const auto loss = record.metrics.find(kTrainLoss);
  if (loss != record.metrics.end()) live.loss = loss->second;
  if (!record.rates.lr.empty()) live.lr = record.rates.lr.back();
  live.curve.diverged = live.curve.diverged || record.diverged;
  AddToCurve(record.epoch, record.metrics, record.steps_done, record.wall_seconds, live.curve);
  state_.epochs_done += record.epoch - live.epochs_done;
  state_.epochs_trained += record.epoch - live.epochs_done;
  const int64_t before = std::exchange(live.epochs_done, record.epoch);
  ShareEpoch(live, record, before);
  TellSource([&] { return source_.OnEpoch(live.trial, record); });
  view_.OnEpoch(state_, live, record);
  CommitIfDue();
}

void Coordinator::OnEvent(const TrialEnded& ended) {
  const auto found = state_.running.find(ended.trial_id);
  if (found == state_.running.end() || found->second.by.worker != ended.worker) return;
  Settle(std::move(state_.running.extract(found).mapped()), ended);
  WorkerLoad& load = workers_.at(ended.worker);
  const bool pack_is_over =
      load.OnEnd(ended.trial_id, ended.state == TrialState::kCompleted, now_());
  if (pack_is_over && load.prefetched() > 0 && !is_stopping_) BeginNextPack(load);
  AddCandidate(load);
  ExcludeBrokenWorkers();
}

/// What becomes of a trial that has left its pack. An end that the source decided, and a hold, are
/// what the worker reports or not: the trial's result is what it had there.
void Coordinator::Settle(LiveTrial live, const TrialEnded& ended) {
  const auto decided = decisions_.extract(ended.trial_id);
  if (!decided.empty()) {
    if (options_.files != nullptr) options_.files->RemoveAttempt(live.trial.id);
    if (!decided.mapped().by.empty()) store_.MarkStoppedBy(live.trial.id, decided.mapped().by);
    return Conclude(std::move(live), TrialState::kStopped, decided.mapped().reason);
  }
  if (HasReachedUntil(live)) return Hold(std::move(live));
  if (ended.unasked) return LoseUnasked(std::move(live), ended.error);
  if (ended.state == TrialState::kFailed && !IsOwnFailure(live, ended.error)) {
    return Retry(std::move(live), ended.error);
  }
  if (ended.state != TrialState::kPending) {
    return Conclude(std::move(live), ended.state, ended.error);
  }
  CutOff(std::move(live), ended.error);
}

/// Whether the trial itself made its pack fail. Of several trials it is not known which did, and
/// what fails before its first epoch may be the worker's fault. A user's program may report its
/// first epoch late, or only its result: what fails after a minute is not tried again.
bool Coordinator::IsOwnFailure(const LiveTrial& live, const std::string& error) {
  if (live.pack_size > 1) return false;
  if (live.has_trained || (is_of_program_ && now_() - live.started > kStartLimit)) return true;
  return trust_.IsTrialsFault(live.trial.id, live.by.worker, error, now_());
}

void Coordinator::Conclude(LiveTrial live, TrialState state, const std::string& error) {
  if (is_of_program_) {
    EndTwins(live, state, error);
  } else if (state == TrialState::kFailed) {
    FailFollowers(live, error);
  }
  LeaveFollowers(live);
  EndCheckpoints(live.trial.id);
  store_.EndAttempt(live.trial.id, state, error);
  Close(std::move(live), state, error);
}

/// Counts a trial that is over, and tells of it.
void Coordinator::Close(LiveTrial live, TrialState state, const std::string& error) {
  trust_.OnEnd(live.trial.id);
  state_.epochs -= live.until - live.epochs_done;
  std::optional<double> value;
  if (state == TrialState::kCompleted) {
    ++state_.completed;
    value = Score(live.curve, state_.objective, store_.Metrics());
    if (value) CompareWithBest(live.trial, source_.BudgetOf(live.trial), *value);
  } else if (state == TrialState::kStopped) {
    ++state_.stopped;
    if (live.curve.diverged) ++state_.diverged;
  } else {
    ++state_.failed;
  }
  TellSource([&] { return source_.OnEnd(live.trial, state, value); });
  uncommitted_.push_back({std::move(live), value, state, error, state_.Ended()});
}

void Coordinator::CompareWithBest(const Trial& trial, int64_t budget, double value) {
  const double sign = state_.objective.mode == "max" ? 1 : -1;
  // As the ranking orders: the highest budget first, equal values by id.
  const auto key = [sign](int64_t with, double of, const std::string& id) {
    return std::make_tuple(-with, -sign * of, id);
  };
  const auto& best = state_.best;
  const bool is_tied = best && best->budget == budget && best->value == value;
  const int64_t tied = is_tied ? best->tied + 1 : 0;
  const bool is_first =
      !best || key(budget, value, trial.id) < key(best->budget, best->value, best->trial.id);
  if (is_first) {
    state_.best = {trial, value, tied, budget};
  } else if (is_tied) {
    state_.best->tied = tied;
  }
}

void Coordinator::CutOffRunningTrials() {
  for (const auto& [trial_id, live] : state_.running) {
    store_.EndAttempt(trial_id, TrialState::kPending, "interrupted");
  }
}

void Coordinator::CommitIfDue() {
  if (now_() - last_commit_ >= kCommitInterval) Commit();
}

void Coordinator::Commit() {
  store_.Commit();
  last_commit_ = now_();
  RemoveRetiredFiles();
  for (const EndedTrial& ended : std::exchange(uncommitted_, {})) view_.OnTrialEnd(state_, ended);
}

}  // namespace lrsweep
