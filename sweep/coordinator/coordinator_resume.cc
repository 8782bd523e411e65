// What the coordinator takes over from earlier runs: progress and checkpoints.
#include <limits>
#include <numeric>
#include <utility>

#include "data/sha256.h"
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
      queue_(source),
      liveness_(WorkersOf(pool), options.worker_timeout, now_()),
      trust_(WorkersOf(pool)),
      created_(now_()),
      last_commit_(created_) {
  const SweepRecord sweep = store.Sweep();
  state_.name = sweep.name;
  state_.objective = sweep.objective;
  metric_ = ParseMetric(state_.objective.metric, store_.Metrics());
  const std::vector<std::string> ids = store.IdsWithCheckpoint();
  with_checkpoint_.insert(ids.begin(), ids.end());
  RestoreProgress();
}

/// Counts what earlier runs have done.
void Coordinator::RestoreProgress() {
  state_.trials = source_.size();
  state_.epochs = source_.epochs_left();
  for (const TrialCount& count : store_.CountTrials()) {
    if (!count.in_space || count.state == "pending") continue;
    if (count.state == "completed") state_.completed += count.trials;
    if (count.state == "stopped") state_.stopped += count.trials;
    if (count.state == "stopped" && count.diverged) state_.diverged += count.trials;
    if (count.state == "failed") state_.failed += count.trials;
    state_.epochs += count.epochs_done;
    state_.epochs_done += count.epochs_done;
  }
  if (state_.completed == 0) return;
  const RankedTrial first = store_.Ranking(state_.objective, 1).front();
  if (!first.value) return;
  const int64_t tied = store_.CountWithValue(state_.objective, *first.value) - 1;
  if (auto trial = source_.Find(first.trial_id)) {
    state_.best = {std::move(*trial), *first.value, tied};
  }
}

/// The bytes of the trial's checkpoint, if it has an undamaged one. Notes the epoch after which the
/// trial resumes.
std::string Coordinator::TakeCheckpoint(const std::string& trial_id) {
  resume_after_.erase(trial_id);
  if (with_checkpoint_.count(trial_id) == 0) return "";
  StoredCheckpoint stored =
      store_.ReadCheckpoint(trial_id, [](std::string_view bytes) { return Sha256Hex(bytes); });
  if (!stored.checkpoint) {
    with_checkpoint_.erase(trial_id);
    store_.DropCheckpoint(trial_id, "its checkpoint was damaged: " + stored.defect);
    view_.OnNotice("trial " + trial_id +
                   " begins anew: its checkpoint was damaged: " + stored.defect);
    return "";
  }
  resume_after_[trial_id] = stored.checkpoint->epoch;
  return std::move(stored.checkpoint->data);
}

LiveTrial Coordinator::Begin(Trial trial, WorkerLoad& load, int64_t pack_size) {
  const auto resumed = resume_after_.extract(trial.id);
  const int64_t epochs_done = resumed.empty() ? 0 : resumed.mapped();
  store_.BeginAttempt(trial.id, load.info(), epochs_done + 1, pack_size);
  LiveTrial live;
  live.epochs = EpochsOf(trial);
  live.epoch = epochs_done;
  live.trial = std::move(trial);
  live.by = load.info();
  live.pack_size = pack_size;
  live.started = now_();
  if (epochs_done > 0) {
    for (const EpochRow& row : store_.Epochs(live.trial.id)) {
      live.curve.Add(MetricValue(row.metrics, metric_.recorded), row.steps_done, row.wall_seconds);
    }
    load.OnResume(live.trial.id, epochs_done);
    state_.epochs_done += epochs_done;
  }
  return live;
}

}  // namespace lrsweep
