#include "sweep/coordinator/coordinator.h"

#include <algorithm>
#include <utility>

#include "params/errors.h"

namespace lrsweep {
namespace {

constexpr auto kWait = std::chrono::milliseconds(200);
constexpr auto kCommitInterval = std::chrono::milliseconds(100);

/// The worker that an event is of.
struct WorkerOf {
  int64_t operator()(const WorkerReady& ready) const { return ready.info.worker; }
  template <typename Happened>
  int64_t operator()(const Happened& happened) const {
    return happened.worker;
  }
};

}  // namespace

double SweepState::ElapsedSeconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

RunOutcome Coordinator::Run() {
  try {
    RunLoop();
  } catch (...) {
    // Best effort: what broke off the loop may well be the database itself.
    try {
      CutOffRunningTrials();
      Commit();
    } catch (const std::exception&) {  // the first failure is the one to report
    }
    throw;
  }
  const bool interrupted = HasWork();
  CutOffRunningTrials();
  Commit();
  view_.OnFinish(state_);
  const bool lost_all = interrupted && lost_ > 0 && AbleWorkers() == 0;
  return {interrupted, lost_all, began_, state_.failed};
}

void Coordinator::RunLoop() {
  while (HasWork() && AbleWorkers() > 0 && go_on_()) {
    StartWhatThereIsRoomFor();
    WaitForEvents();
    LookForLosses();
  }
  if (HasWork()) StopWorkers();
}

/// Lets every worker finish its epoch and say where its trials can go on.
void Coordinator::StopWorkers() {
  stopping_ = true;
  pool_.StopAll();
  const TimePoint limit = now_() + options_.stop_limit;
  while (!state_.running.empty() && now_() < limit) {
    WaitForEvents();
    LookForLosses();
  }
}

void Coordinator::StartWhatThereIsRoomFor() {
  std::vector<std::pair<int64_t, PackTask>> starting;
  bool begins = false;
  while (queue_.pending() > 0 && !room_.empty()) {
    WorkerLoad& load = workers_.at(room_.begin()->second);
    room_.erase(room_.begin());
    if (!load.HasRoom(FairShare())) continue;
    begins = begins || load.idle();
    starting.emplace_back(load.info().worker, HandOutPack(load));
  }
  // Whoever brings everything down by what it is about to train is known afterwards.
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

/// Epochs that each worker would train from now on if all that is left were spread evenly.
int64_t Coordinator::FairShare() const {
  return (state_.epochs - state_.epochs_done) / std::max<int64_t>(AbleWorkers(), 1);
}

PackTask Coordinator::HandOutPack(WorkerLoad& load) {
  Pack pack = queue_.Take(load.info().pack_size, FairShare() - load.work());
  PackTask task = TaskOf(pack);
  const bool begins = load.idle();
  load.HandOut(std::move(pack));
  watch_.Heard(load.info().worker, now_());
  if (begins) BeginNextPack(load);
  LookForRoom(load);
  return task;
}

PackTask Coordinator::TaskOf(const Pack& pack) {
  PackTask task;
  for (const Trial& trial : pack) {
    std::string checkpoint = TakeCheckpoint(trial.id);
    const auto resumed = resume_after_.find(trial.id);
    const int64_t epochs_done = resumed == resume_after_.end() ? 0 : resumed->second;
    task.trials.push_back({trial.id, trial.params, std::move(checkpoint), epochs_done});
  }
  return task;
}

/// The first pack that the worker was handed in advance is in training from now on. An attempt
/// begins here and no sooner: a trial that waits its turn is still pending.
void Coordinator::BeginNextPack(WorkerLoad& load) {
  began_ = true;
  Pack pack = load.BeginNext(now_());
  const auto size = static_cast<int64_t>(pack.size());
  for (Trial& trial : pack) {
    const std::string id = trial.id;
    state_.running.insert_or_assign(id, Begin(std::move(trial), load, size));
  }
}

void Coordinator::LookForRoom(const WorkerLoad& load) {
  room_.emplace(!load.idle(), load.info().worker);
}

/// Events of a worker that was given up do not count: what it trained is another's by now.
void Coordinator::Handle(const Event& event) {
  const int64_t worker = std::visit(WorkerOf{}, event);
  if (!watch_.Watches(worker)) return pool_.Dismiss(worker);
  watch_.Heard(worker, now_());
  std::visit([this](const auto& happened) { On(happened); }, event);
}

void Coordinator::On(const WorkerReady& ready) {
  const auto [load, is_new] = workers_.try_emplace(ready.info.worker, ready.info);
  if (!is_new) return;
  ++state_.workers;
  LookForRoom(load->second);
}

void Coordinator::On(const WorkerRefused& refused) {
  ++refused_;
  watch_.Forget(refused.worker);
  last_refusal_ =
      "worker " + std::to_string(refused.worker) + " on " + refused.host + ": " + refused.reason;
  view_.OnNotice(last_refusal_);
}

/// The trial, if that worker trains it: what any other says of it does not count.
LiveTrial* Coordinator::Running(const std::string& trial_id, int64_t worker) {
  const auto found = state_.running.find(trial_id);
  if (found == state_.running.end() || found->second.by.worker != worker) return nullptr;
  return &found->second;
}

void Coordinator::On(const TrialProgressed& progressed) {
  LiveTrial* live = Running(progressed.trial_id, progressed.worker);
  if (live == nullptr) return;
  live->epoch = progressed.progress.epoch;
  live->loss = progressed.progress.loss;
  live->lr = progressed.progress.lr;
  // A lone process trains inside Wait: this is where it gets to write and to draw.
  CommitIfDue();
  view_.OnTick(state_);
}

void Coordinator::On(const EpochFinished& finished) {
  LiveTrial* live = Running(finished.trial_id, finished.worker);
  if (live == nullptr) return;
  const EpochRecord& record = finished.record;
  store_.AddEpoch(finished.trial_id, record);
  live->epoch = record.epoch;
  live->loss = record.train_loss;
  live->lr = record.rates.lr.back();
  live->curve.Add(RecordedValue(record, metric_.recorded), record.steps_done, record.wall_seconds);
  ++state_.epochs_done;
  WorkerLoad& load = workers_.at(finished.worker);
  load.OnEpoch(finished.trial_id);
  LookForRoom(load);
  view_.OnEpoch(state_, *live, record);
  CommitIfDue();
}

void Coordinator::On(const CheckpointMade& made) {
  const LiveTrial* live = Running(made.trial_id, made.worker);
  if (live == nullptr || live->epoch != made.epoch) return;
  store_.SaveCheckpoint(made.trial_id, {made.epoch, made.sha256, made.data});
  with_checkpoint_.insert(made.trial_id);
}

void Coordinator::On(const TrialEnded& ended) {
  LiveTrial* live = Running(ended.trial_id, ended.worker);
  if (live == nullptr) return;
  LiveTrial over = std::move(*live);
  state_.running.erase(ended.trial_id);
  const bool broke_off = ended.state == TrialState::kFailed && over.pack_size > 1;
  if (ended.state == TrialState::kPending) {
    CutOff(std::move(over), ended.error);
  } else if (broke_off) {
    TryAgainAlone(std::move(over), ended.error);
  } else {
    Conclude(std::move(over), ended);
  }
  WorkerLoad& load = workers_.at(ended.worker);
  const bool pack_is_over =
      load.OnEnd(ended.trial_id, ended.state == TrialState::kCompleted, now_());
  if (pack_is_over && load.ahead() > 0 && !stopping_) BeginNextPack(load);
  LookForRoom(load);
}

void Coordinator::Conclude(LiveTrial live, const TrialEnded& ended) {
  store_.EndAttempt(ended.trial_id, ended.state, ended.error);
  with_checkpoint_.erase(ended.trial_id);
  state_.epochs -= live.epochs - static_cast<int64_t>(live.curve.values.size());
  std::optional<double> value;
  if (ended.state == TrialState::kCompleted) {
    ++state_.completed;
    value = Score(live.curve, state_.objective);
    if (value) CompareWithBest(live.trial, *value);
  } else if (ended.state == TrialState::kStopped) {
    ++state_.stopped;
  } else {
    ++state_.failed;
  }
  uncommitted_.push_back({std::move(live), value, ended.state, ended.error, state_.Ended()});
}

void Coordinator::CompareWithBest(const Trial& trial, double value) {
  const double sign = state_.objective.mode == "max" ? 1 : -1;
  const auto key = [sign](double of, const std::string& id) {
    return std::make_pair(-sign * of, id);  // as the ranking orders: equal values by id
  };
  const bool better =
      !state_.best || key(value, trial.id) < key(state_.best->value, state_.best->trial.id);
  if (better) state_.best = {trial, value};
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
  for (const EndedTrial& ended : std::exchange(uncommitted_, {})) view_.OnTrialEnd(state_, ended);
}

}  // namespace lrsweep
