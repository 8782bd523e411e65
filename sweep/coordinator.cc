#include "sweep/coordinator.h"

#include <algorithm>
#include <utility>

#include "sweep/errors.h"

namespace lrsweep {
namespace {

constexpr auto kWait = std::chrono::milliseconds(200);
constexpr auto kCommitInterval = std::chrono::milliseconds(100);

double MetricOf(const EpochRecord& record, const std::string& metric) {
  if (metric == "train_loss") return record.train_loss;
  if (metric == "val_loss") return record.val_loss;
  return record.val_accuracy;
}

PackTask TaskOf(const Pack& pack) {
  PackTask task;
  for (const Trial& trial : pack) task.trials.push_back({trial.id, trial.params});
  return task;
}

}  // namespace

double SweepState::ElapsedSeconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

Coordinator::Coordinator(const SearchSpace& space, Store& store, WorkerPool& pool,
                         ProgressView& view, std::function<bool()> go_on,
                         std::function<TimePoint()> now)
    : store_(store),
      pool_(pool),
      view_(view),
      go_on_(std::move(go_on)),
      now_(std::move(now)),
      queue_(space.size(), [&space](size_t i) { return space.At(i); }),
      last_commit_(now_()) {
  state_.name = space.config().name;
  state_.objective = space.config().objective;
  state_.trials = static_cast<int64_t>(space.size());
  for (size_t i = 0; i < space.size(); ++i) state_.epochs += space.EpochsAt(i);
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
  return {interrupted, began_, state_.failed};
}

void Coordinator::RunLoop() {
  while (HasWork() && go_on_()) {
    StartWhatThereIsRoomFor();
    WaitForEvents();
  }
}

void Coordinator::StartWhatThereIsRoomFor() {
  while (queue_.pending() > 0 && !room_.empty()) {
    WorkerLoad& load = workers_.at(room_.begin()->second);
    room_.erase(room_.begin());
    if (load.HasRoom(FairShare())) HandOutPack(load);
  }
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
  return (state_.epochs - state_.epochs_done) / std::max<int64_t>(pool_.size() - refused_, 1);
}

void Coordinator::HandOutPack(WorkerLoad& load) {
  Pack pack = queue_.Take(load.info().pack_size, FairShare() - load.work());
  const PackTask task = TaskOf(pack);
  const bool begins = load.idle();
  load.HandOut(std::move(pack));
  if (begins) BeginNextPack(load);
  pool_.Start(load.info().worker, task);
  LookForRoom(load);
}

/// The first pack that the worker was handed in advance is in training from now on. An attempt
/// begins here and no sooner: a trial that waits its turn is still pending.
void Coordinator::BeginNextPack(WorkerLoad& load) {
  began_ = true;
  Pack pack = load.BeginNext(now_());
  const auto size = static_cast<int64_t>(pack.size());
  for (Trial& trial : pack) {
    store_.BeginAttempt(trial.id, load.info(), 1, size);
    LiveTrial live;
    live.epochs = EpochsOf(trial);
    live.trial = std::move(trial);
    live.by = load.info();
    live.pack_size = size;
    live.started = now_();
    const std::string id = live.trial.id;
    state_.running.insert_or_assign(id, std::move(live));
  }
}

void Coordinator::LookForRoom(const WorkerLoad& load) {
  room_.emplace(!load.idle(), load.info().worker);
}

void Coordinator::Handle(const Event& event) {
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

void Coordinator::On(const TrialProgressed& progress) {
  LiveTrial* live = Running(progress.trial_id, progress.worker);
  if (live == nullptr) return;
  live->epoch = progress.epoch;
  live->loss = progress.loss;
  live->lr = progress.lr;
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
  live->metric.push_back(MetricOf(record, state_.objective.metric));
  ++state_.epochs_done;
  WorkerLoad& load = workers_.at(finished.worker);
  load.OnEpoch(finished.trial_id);
  LookForRoom(load);
  view_.OnEpoch(state_, *live, record);
  CommitIfDue();
}

void Coordinator::On(const TrialEnded& ended) {
  LiveTrial* live = Running(ended.trial_id, ended.worker);
  if (live == nullptr || ended.state == TrialState::kPending) return;  // Run() cuts it off
  LiveTrial over = std::move(*live);
  state_.running.erase(ended.trial_id);
  const bool broke_off = ended.state == TrialState::kFailed && over.pack_size > 1;
  if (broke_off) {
    TryAgainAlone(std::move(over), ended.error);
  } else {
    Conclude(std::move(over), ended);
  }
  WorkerLoad& load = workers_.at(ended.worker);
  const bool pack_is_over =
      load.OnEnd(ended.trial_id, ended.state == TrialState::kCompleted, now_());
  if (pack_is_over && load.ahead() > 0) BeginNextPack(load);
  LookForRoom(load);
}

/// A trial is blamed only for what it did alone.
void Coordinator::TryAgainAlone(LiveTrial live, const std::string& error) {
  store_.EndAttempt(live.trial.id, TrialState::kPending,
                    "the pack of " + std::to_string(live.pack_size) + " broke off: " + error);
  state_.epochs_done -= static_cast<int64_t>(live.metric.size());
  queue_.TryAlone(std::move(live.trial));
}

void Coordinator::Conclude(LiveTrial live, const TrialEnded& ended) {
  store_.EndAttempt(ended.trial_id, ended.state, ended.error);
  state_.epochs -= live.epochs - static_cast<int64_t>(live.metric.size());
  if (ended.state == TrialState::kCompleted) {
    ++state_.completed;
    CompareWithBest(live);
  } else if (ended.state == TrialState::kStopped) {
    ++state_.stopped;
  } else {
    ++state_.failed;
  }
  uncommitted_.push_back({std::move(live), ended.state, ended.error, state_.Ended()});
}

void Coordinator::CompareWithBest(const LiveTrial& live) {
  const Placed placed = Rank({{live.trial.id, false, live.metric}}, state_.objective).front();
  if (!placed.value) return;
  const double sign = state_.objective.mode == "max" ? 1 : -1;
  const auto key = [sign](double value, const std::string& id) {
    return std::make_pair(-sign * value, id);  // as the ranking orders: equal values by id
  };
  const bool better = !state_.best || key(*placed.value, live.trial.id) <
                                          key(state_.best->value, state_.best->trial.id);
  if (better) state_.best = {live.trial, *placed.value};
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
