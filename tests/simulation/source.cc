#include "tests/simulation/source.h"

#include <algorithm>
#include <utility>

namespace lrsweep::simulation {
namespace {

int64_t EpochsOf(const Trial& trial) {
  return std::get<int64_t>(*lrsweep::Find(trial.params, "training.epochs"));
}

}  // namespace

bool IsEndedBy(const EpochRecord& record, int64_t epochs) {
  return record.epoch < epochs && !record.diverged &&
         MetricValue(record.metrics, kValAccuracy) < 0.2;
}

std::set<std::string> Survivors(const std::map<std::string, double>& values) {
  std::vector<std::pair<double, std::string>> sorted;
  sorted.reserve(values.size());
  for (const auto& [id, value] : values) sorted.emplace_back(-value, id);
  std::sort(sorted.begin(), sorted.end());
  std::set<std::string> survivors;
  for (size_t i = 0; 2 * i < sorted.size(); ++i) survivors.insert(sorted[i].second);
  return survivors;
}

DecidingSource::DecidingSource(World& world, const SearchSpace& space, size_t trials, Store& store)
    : world_(world) {
  for (size_t i = 0; i < trials; ++i) {
    Trial trial = space.At(i);
    const std::string id = trial.id;
    order_.push_back(id);
    Restore(trials_.emplace(id, Known{std::move(trial)}).first->second, store);
  }
  for (const std::string& id : order_) {
    const Known& known = trials_.at(id);
    if (!known.is_over && !known.is_waiting) Give(id);
  }
  if (world_.scenario().rule == Rule::kRung && IsRungComplete()) {
    for (const Decision& decision : Decide()) {
      store.EndTrial(decision.trial_id, TrialState::kStopped, decision.reason);
      trials_.at(decision.trial_id).is_over = true;
    }
  }
}

void DecidingSource::Restore(Known& known, Store& store) {
  const TrialRow row = store.TrialById(known.trial.id);
  known.is_over = row.state != "pending";
  const Rule rule = world_.scenario().rule;
  for (const EpochRow& epoch : store.Epochs(known.trial.id)) {
    EpochRecord record;
    record.epoch = epoch.epoch;
    record.metrics = epoch.metrics;
    record.diverged = row.diverged && epoch.epoch == row.epochs_done;
    if (rule == Rule::kEnds && !known.is_over && IsEndedBy(record, EpochsOf(known.trial))) {
      store.EndTrial(known.trial.id, TrialState::kStopped, kDecidedReason);
      known.is_over = true;
    }
    if (rule == Rule::kRung && epoch.epoch == world_.scenario().rung && !record.diverged) {
      known.value = MetricValue(epoch.metrics, kValAccuracy);
    }
  }
  known.is_waiting = !known.is_over && HasReached(known);
}

void DecidingSource::Give(const std::string& trial_id) {
  next_.push_back(trial_id);
  epochs_left_ += EpochsOf(trials_.at(trial_id).trial);
}

std::optional<Trial> DecidingSource::Next() {
  world_.Act();
  if (next_.empty()) return std::nullopt;
  const Trial& trial = trials_.at(next_.front()).trial;
  next_.pop_front();
  epochs_left_ -= EpochsOf(trial);
  return trial;
}

std::optional<Trial> DecidingSource::Find(const std::string& trial_id) const {
  const auto found = trials_.find(trial_id);
  return found == trials_.end() ? std::nullopt : std::optional(found->second.trial);
}

/// Whether the trial has a value at the rung, and a rest that depends on it.
bool DecidingSource::HasReached(const Known& known) const {
  return known.value.has_value() && EpochsOf(known.trial) > world_.scenario().rung;
}

bool DecidingSource::IsRungComplete() const {
  return std::all_of(trials_.begin(), trials_.end(), [this](const auto& trial) {
    return trial.second.is_over || HasReached(trial.second) ||
           EpochsOf(trial.second.trial) <= world_.scenario().rung;
  });
}

/// Decides the rung: the waiting survivors continue, and the others end.
std::vector<Decision> DecidingSource::Decide() {
  is_decided_ = true;
  std::map<std::string, double> values;
  for (const auto& [id, known] : trials_) {
    if (HasReached(known)) values.emplace(id, *known.value);
  }
  survivors_ = Survivors(values);
  std::vector<Decision> decisions;
  for (const std::string& id : order_) {
    Known& known = trials_.at(id);
    if (known.is_over || values.count(id) == 0) continue;
    if (survivors_.count(id) == 0) {
      decisions.push_back({id, Decision::Kind::kEnd, kDecidedReason});
    } else if (std::exchange(known.is_waiting, false)) {
      Give(id);
    }
  }
  return decisions;
}

std::vector<Decision> DecidingSource::OnEpoch(const Trial& trial, const EpochRecord& record) {
  world_.Act();
  const Scenario& scenario = world_.scenario();
  if (scenario.rule == Rule::kEnds) {
    if (!IsEndedBy(record, EpochsOf(trial))) return {};
    return {{trial.id, Decision::Kind::kEnd, kDecidedReason}};
  }
  if (is_decided_ || record.epoch < scenario.rung || record.diverged) return {};
  if (record.epoch == EpochsOf(trial)) return {};
  Known& known = trials_.at(trial.id);
  if (record.epoch == scenario.rung) {
    known.value = MetricValue(record.metrics, kValAccuracy);
    if (IsRungComplete()) return Decide();
  }
  return {{trial.id, Decision::Kind::kHold, ""}};
}

std::vector<Decision> DecidingSource::OnEnd(const Trial& trial, TrialState state,
                                            const std::optional<double>& /*value*/) {
  world_.Act();
  if (world_.scenario().rule == Rule::kEnds) return {};
  Known& known = trials_.at(trial.id);
  if (state == TrialState::kPending) {
    if (is_decided_) {
      if (survivors_.count(trial.id) > 0) Give(trial.id);
    } else {
      known.is_waiting = true;
    }
    return {};
  }
  known.is_over = true;
  return !is_decided_ && IsRungComplete() ? Decide() : std::vector<Decision>{};
}

}  // namespace lrsweep::simulation
