// The coordinator's memory: what earlier runs have left in the store, and where trials go on.
#include <limits>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "data/sha256.h"
#include "sweep/coordinator/coordinator.h"

namespace lrsweep {
namespace {

/// The places in the space of what is to be trained, in order.
std::vector<size_t> PendingOf(const SearchSpace& space, const Store& store) {
  const std::vector<std::string> ids = store.PendingIds();
  const std::unordered_set<std::string> pending(ids.begin(), ids.end());
  std::vector<size_t> places;
  places.reserve(pending.size());
  for (size_t i = 0; i < space.size(); ++i) {
    if (pending.count(space.IdAt(i)) > 0) places.push_back(i);
  }
  return places;
}

std::vector<int64_t> WorkersOf(const WorkerPool& pool) {
  std::vector<int64_t> workers(static_cast<size_t>(pool.size()));
  std::iota(workers.begin(), workers.end(), pool.first());
  return workers;
}

}  // namespace

Coordinator::Coordinator(const SearchSpace& space, Store& store, WorkerPool& pool,
                         ProgressView& view, std::function<bool()> go_on,
                         std::function<TimePoint()> now, CoordinatorOptions options)
    : store_(store),
      pool_(pool),
      view_(view),
      go_on_(std::move(go_on)),
      now_(std::move(now)),
      options_(options),
      todo_(PendingOf(space, store)),
      queue_(todo_.size(), [this, &space](size_t i) { return space.At(todo_[i]); }),
      watch_(WorkersOf(pool), options.worker_timeout, now_()),
      made_(now_()),
      last_commit_(made_) {
  state_.name = space.config().name;
  state_.objective = space.config().objective;
  metric_ = ParseMetric(state_.objective.metric);
  state_.trials = static_cast<int64_t>(space.size());
  const std::vector<std::string> ids = store.IdsWithCheckpoint();
  with_checkpoint_.insert(ids.begin(), ids.end());
  CountWhatIsDone(space);
}

/// What earlier runs have done.
void Coordinator::CountWhatIsDone(const SearchSpace& space) {
  for (const size_t place : todo_) state_.epochs += space.EpochsAt(place);
  for (const TrialCount& count : store_.CountTrials()) {
    if (!count.in_space || count.state == "pending") continue;
    if (count.state == "completed") state_.completed += count.trials;
    if (count.state == "stopped") state_.stopped += count.trials;
    if (count.state == "failed") state_.failed += count.trials;
    state_.epochs += count.epochs_done;
    state_.epochs_done += count.epochs_done;
  }
  if (state_.completed == 0) return;
  const Placed first = store_.Ranking(state_.objective, 1).front();
  if (!first.value) return;
  for (size_t i = 0; i < space.size(); ++i) {
    if (space.IdAt(i) == first.trial_id) state_.best = {space.At(i), *first.value};
  }
}

/// The bytes of the trial's checkpoint, if it has one that is whole. Notes where the trial goes on.
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
      const double nan = std::numeric_limits<double>::quiet_NaN();
      live.curve.Add(RecordedValue(row, metric_.recorded).value_or(nan), row.steps_done,
                     row.wall_seconds);
    }
    load.OnResume(live.trial.id, epochs_done);
    state_.epochs_done += epochs_done;
  }
  return live;
}

}  // namespace lrsweep
