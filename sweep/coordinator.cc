#include "sweep/coordinator.h"

#include <utility>

#include "sweep/errors.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kWait = std::chrono::milliseconds(200);
constexpr auto kCommitInterval = std::chrono::milliseconds(100);

double MetricOf(const EpochRecord& record, const std::string& metric) {
  if (metric == "train_loss") return record.train_loss;
  if (metric == "val_loss") return record.val_loss;
  return record.val_accuracy;
}

int64_t EpochsOf(const Trial& trial) {
  return std::get<int64_t>(*Find(trial.params, "training.epochs"));
}

}  // namespace

double SweepState::ElapsedSeconds() const {
  return std::chrono::duration<double>(Clock::now() - started).count();
}

Coordinator::Coordinator(const SearchSpace& space, Store& store, WorkerPool& pool,
                         ProgressView& view, std::function<bool()> go_on)
    : space_(space),
      store_(store),
      pool_(pool),
      view_(view),
      go_on_(std::move(go_on)),
      last_commit_(Clock::now()) {
  state_.name = space.config().name;
  state_.objective = space.config().objective;
  state_.trials = static_cast<int64_t>(space.size());
  for (size_t i = 0; i < space.size(); ++i) state_.epochs += EpochsOf(space.At(i));
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
  const bool interrupted = HasPending() || !state_.running.empty();
  CutOffRunningTrials();
  Commit();
  view_.OnFinish(state_);
  return {interrupted, next_trial_ > 0, state_.failed};
}

void Coordinator::RunLoop() {
  while ((HasPending() || !state_.running.empty()) && go_on_()) {
    StartWhatThereIsRoomFor();
    WaitForEvents();
  }
}

void Coordinator::StartWhatThereIsRoomFor() {
  while (HasPending() && !idle_.empty()) {
    const auto [worker, info] = *idle_.begin();
    Trial trial = space_.At(next_trial_++);
    store_.BeginAttempt(trial.id, info);
    LiveTrial live;
    live.trial = trial;
    live.by = info;
    live.epochs = EpochsOf(trial);
    live.started = Clock::now();
    state_.running.insert_or_assign(trial.id, std::move(live));
    pool_.Start(worker, {trial.id, std::move(trial.params)});
    idle_.erase(worker);
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

void Coordinator::Handle(const Event& event) {
  std::visit([this](const auto& happened) { On(happened); }, event);
}

void Coordinator::On(const WorkerReady& ready) {
  workers_.insert_or_assign(ready.info.worker, ready.info);
  idle_.insert_or_assign(ready.info.worker, ready.info);
  ++state_.workers;
}

void Coordinator::On(const WorkerRefused& refused) {
  ++refused_;
  last_refusal_ =
      "worker " + std::to_string(refused.worker) + " on " + refused.host + ": " + refused.reason;
  view_.OnNotice(last_refusal_);
}

void Coordinator::On(const TrialProgressed& progress) {
  const auto found = state_.running.find(progress.trial_id);
  if (found == state_.running.end()) return;
  found->second.epoch = progress.epoch;
  found->second.loss = progress.loss;
  found->second.lr = progress.lr;
  // A lone process trains inside Wait: this is where it gets to write and to draw.
  CommitIfDue();
  view_.OnTick(state_);
}

void Coordinator::On(const EpochFinished& finished) {
  const auto found = state_.running.find(finished.trial_id);
  if (found == state_.running.end()) return;
  const EpochRecord& record = finished.record;
  store_.AddEpoch(finished.trial_id, record);
  LiveTrial& live = found->second;
  live.epoch = record.epoch;
  live.loss = record.train_loss;
  live.lr = record.rates.lr.back();
  live.metric.push_back(MetricOf(record, state_.objective.metric));
  ++state_.epochs_done;
  view_.OnEpoch(state_, live, record);
  CommitIfDue();
}

void Coordinator::On(const TrialEnded& ended) {
  const auto found = state_.running.find(ended.trial_id);
  if (found == state_.running.end()) return;
  if (ended.state == TrialState::kPending) return;  // interrupted: Run() cuts it off
  store_.EndAttempt(ended.trial_id, ended.state, ended.error);
  LiveTrial live = std::move(found->second);
  state_.running.erase(found);
  idle_.insert_or_assign(ended.worker, workers_.at(ended.worker));
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
  if (Clock::now() - last_commit_ >= kCommitInterval) Commit();
}

void Coordinator::Commit() {
  store_.Commit();
  last_commit_ = Clock::now();
  for (const EndedTrial& ended : std::exchange(uncommitted_, {})) view_.OnTrialEnd(state_, ended);
}

}  // namespace lrsweep
