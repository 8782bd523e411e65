// What the coordinator takes over from earlier runs: progress and checkpoints.
#include <limits>
#include <numeric>
#include <utility>

#include "sweep/coordinator/coordinator.h"

namespace lrsweep {
namespace {

std::vector<int64_t> WorkersOf(const WorkerPool& pool) {
  std::vector<int64_t> workers(static_cast<size_t>(pool.size()));
  std::iota(workers.begin(), workers.end(), pool.first());
  return workers;
}

}  // namespace

Coordinator::Coordinator(TrialSource& source, Store& store, WorkerPool& pool, ProgressView& view,
                         std::function<bool()> should_continue, std::function<TimePoint()> now,
                         CoordinatorOptions options)
    : source_(source),
      store_(store),
      pool_(pool),
      view_(view),
      should_continue_(std::move(should_continue)),
      now_(std::move(now)),
      options_(options),
      forest_(options.shares_with_images > 0
                  ? std::optional<PrefixForest>(std::in_place, options.shares_with_images,
                                                RecordsForForest(), UntilOfSource(),
                                                options.files != nullptr)
                  : std::nullopt),
      queue_(
          source, store.LostIds(),
          [this](std::vector<Trial> trials) { return Admit(std::move(trials)); },
          forest_ && source.KnowsAllTrials()
              ? [this](const Trial& trial) { return EpochsLeftOf(trial); }
              : TrialQueue::EpochsLeft()),
      liveness_(WorkersOf(pool), options.worker_timeout, now_()),
      trust_(WorkersOf(pool)),
      created_(now_()),
      last_commit_(created_) {
  const SweepRecord sweep = store.Sweep();
  state_.name = sweep.name;
  state_.objective = sweep.objective;
  metric_ = ParseMetric(state_.objective.metric, store_.Metrics());
  is_of_program_ = sweep.IsOfProgram();
  checkpoints_ = store.CheckpointEpochs();
  store_.AddDecided(source_.TakeDecided());
  RestoreProgress();
  for (Decision& decision : source_.Begin()) Apply(std::move(decision));
}

/// The epoch to which the source lets a trial be trained.
std::function<int64_t(const Trial&)> Coordinator::UntilOfSource() const {
  return [this](const Trial& trial) { return source_.UntilOf(trial); };
}

/// The epochs that a trial that no worker has is to train now.
int64_t Coordinator::EpochsLeftOf(const Trial& trial) const {
  const auto done = checkpoints_.find(trial.id);
  return source_.UntilOf(trial) - (done == checkpoints_.end() ? 0 : done->second);
}

/// Counts what earlier runs have done.
void Coordinator::RestoreProgress() {
  state_.trials = source_.size();
  state_.epochs = source_.epochs_left();
  for (const TrialCount& count : store_.CountTrials()) {
    if (count.in_space && count.state != "pending") Count(count);
  }
  state_.ended_before = state_.Ended();
  state_.epochs_trained = store_.CountWork().epochs_trained;
  RestoreBest();
}

/// Takes the best completed trial from the ranking, which knows what a search has decided since a
/// trial ended: points that went on are there with their highest budget alone.
void Coordinator::RestoreBest() {
  state_.best.reset();
  if (state_.completed == 0) return;
  const RankedTrial first = store_.Ranking(state_.objective, 1).front();
  if (!first.value) return;
  const int64_t tied = store_.CountWithValue(state_.objective, *first.value) - 1;
  if (auto trial = source_.Find(first.trial_id)) {
    const int64_t budget = source_.BudgetOf(*trial);
    state_.best = {std::move(*trial), *first.value, tied, budget};
  }
}

/// Counts trials that are over, with the epochs that are recorded of them; negative numbers undo
/// that.
void Coordinator::Count(const TrialCount& over) {
  if (over.state == "completed") state_.completed += over.trials;
  if (over.state == "stopped") state_.stopped += over.trials;
  if (over.state == "stopped" && over.diverged) state_.diverged += over.trials;
  if (over.state == "failed") state_.failed += over.trials;
  state_.epochs += over.epochs_done;
  state_.epochs_done += over.epochs_done;
}

LiveTrial Coordinator::Begin(Trial trial, WorkerLoad& load, int64_t pack_size) {
  const auto resumed = resume_after_.extract(trial.id);
  begins_anew_.erase(trial.id);
  const int64_t epochs_done = resumed.empty() ? 0 : resumed.mapped();
  store_.BeginAttempt(trial.id, load.info(), epochs_done + 1, pack_size);
  LiveTrial live;
  live.epochs = EpochsOf(trial);
  live.until = source_.UntilOf(trial);
  live.epoch = epochs_done;
  live.epochs_done = epochs_done;
  live.curve.is_sparse = is_of_program_;
  live.trial = std::move(trial);
  live.by = load.info();
  live.pack_size = pack_size;
  live.started = now_();
  if (epochs_done > 0) {
    for (const EpochRow& row : store_.Epochs(live.trial.id)) {
      AddToCurve(row.epoch, row.metrics, row.steps_done, row.wall_seconds, live.curve);
    }
    load.OnResume(live.trial.id, epochs_done);
    state_.epochs_done += epochs_done;
  }
  return live;
}

/// A program need not report every metric after each epoch.
void Coordinator::AddToCurve(int64_t epoch, const Metrics& metrics, int64_t steps_done,
                             double wall_seconds, RankedCurve& curve) const {
  curve.Add(epoch, MetricOrNan(metrics, metric_.recorded), steps_done, wall_seconds);
}

}  // namespace lrsweep
