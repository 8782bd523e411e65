#include "tests/simulation/source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sweep/search/prefix.h"

namespace lrsweep::simulation {

bool IsEndedBy(const EpochRecord& record, int64_t epochs) {
  return record.epoch < epochs && !record.diverged &&
         MetricValue(record.metrics, kValAccuracy) < 0.2;
}

std::set<std::string> Survivors(const std::map<std::string, double>& values,
                                const std::string& mode) {
  std::vector<std::pair<double, std::string>> sorted;
  sorted.reserve(values.size());
  for (const auto& [id, value] : values) sorted.emplace_back(mode == "max" ? -value : value, id);
  std::sort(sorted.begin(), sorted.end());
  std::set<std::string> survivors;
  for (size_t i = 0; 2 * i < sorted.size(); ++i) survivors.insert(sorted[i].second);
  return survivors;
}

double ValueOf(const std::vector<double>& curve, const Objective& objective) {
  if (objective.scope == "best") {
    return objective.mode == "max" ? *std::max_element(curve.begin(), curve.end())
                                   : *std::min_element(curve.begin(), curve.end());
  }
  if (objective.scope != "avg") return curve.back();
  double sum = 0;
  for (const double value : curve) sum += value;
  // As the program does, so that sums of another order give the same value.
  return std::round(sum / static_cast<double>(curve.size()) * 1e12) / 1e12;
}

DecidingSource::DecidingSource(World& world, const SearchSpace& space, size_t trials, Store& store)
    : world_(world), objective_(store.Sweep().objective) {
  std::map<std::string, std::vector<std::string>> sharing;  // by PrefixKey
  for (size_t i = 0; i < trials; ++i) {
    Trial trial = space.At(i);
    const std::string id = trial.id;
    sharing[PrefixKey(trial)].push_back(id);
    Restore(trials_.emplace(id, Known{std::move(trial)}).first->second, store);
  }
  for (const auto& [key, ids] : sharing) order_.insert(order_.end(), ids.begin(), ids.end());
  for (const std::string& id : order_) {
    const Known& known = trials_.at(id);
    if (!known.is_over) Give(id, FirstRung(known.trial));
  }
}

/// A trial that has ended may have lost or won the rung. Of a pending one the coordinator tells the
/// value.
void DecidingSource::Restore(Known& known, Store& store) {
  const TrialRow row = store.TrialById(known.trial.id);
  known.is_over = row.state != "pending";
  std::vector<double> curve;
  for (const EpochRow& epoch : store.Epochs(known.trial.id)) {
    EpochRecord record;
    record.epoch = epoch.epoch;
    record.metrics = epoch.metrics;
    record.diverged = row.diverged && epoch.epoch == row.epochs_done;
    if (world_.scenario().rule == Rule::kEnds && !known.is_over &&
        IsEndedBy(record, EpochsOf(known.trial))) {
      store.EndTrial(known.trial.id, TrialState::kStopped, kDecidedReason);
      known.is_over = true;
    }
    curve.push_back(MetricValue(epoch.metrics, objective_.metric));
    const bool is_rung = epoch.epoch == world_.scenario().rung && !record.diverged &&
                         epoch.epoch < EpochsOf(known.trial);
    if (known.is_over && is_rung) known.value = ValueOf(curve, objective_);
  }
}

void DecidingSource::Give(const std::string& trial_id, int64_t until) {
  next_.push_back(trial_id);
  trials_.at(trial_id).until = until;
  epochs_left_ += until;
}

/// The epoch to which the trial is trained at first.
int64_t DecidingSource::FirstRung(const Trial& trial) const {
  const int64_t length = EpochsOf(trial);
  return world_.scenario().rule == Rule::kRung ? std::min(world_.scenario().rung, length) : length;
}

std::optional<Trial> DecidingSource::Next() {
  world_.Act();
  if (next_.empty()) return std::nullopt;
  const Known& known = trials_.at(next_.front());
  next_.pop_front();
  epochs_left_ -= known.until;
  last_key_ = PrefixKey(known.trial);
  return known.trial;
}

bool DecidingSource::NextMayShare() const {
  return !next_.empty() && PrefixKey(trials_.at(next_.front()).trial) == last_key_;
}

std::optional<Trial> DecidingSource::Find(const std::string& trial_id) const {
  const auto found = trials_.find(trial_id);
  return found == trials_.end() ? std::nullopt : std::optional(found->second.trial);
}

bool DecidingSource::IsRungComplete() const {
  return std::all_of(trials_.begin(), trials_.end(), [](const auto& trial) {
    const Known& known = trial.second;
    return known.is_over || known.value.has_value() || known.until == EpochsOf(known.trial);
  });
}

/// Decides the rung: the survivors that wait continue, and the others end.
std::vector<Decision> DecidingSource::Decide() {
  is_decided_ = true;
  std::map<std::string, double> values;
  for (const auto& [id, known] : trials_) {
    if (known.value) values.emplace(id, *known.value);
  }
  const std::set<std::string> survivors = Survivors(values, objective_.mode);
  std::vector<Decision> decisions;
  for (const std::string& id : order_) {
    const Known& known = trials_.at(id);
    if (known.is_over || !known.value) continue;
    if (survivors.count(id) > 0) {
      Give(id, EpochsOf(known.trial));
    } else {
      decisions.push_back({id, kDecidedReason});
    }
  }
  return decisions;
}

std::vector<Decision> DecidingSource::OnEpoch(const Trial& trial, const EpochRecord& record) {
  world_.Act();
  if (world_.scenario().rule != Rule::kEnds || !IsEndedBy(record, EpochsOf(trial))) return {};
  return {{trial.id, kDecidedReason}};
}

std::vector<Decision> DecidingSource::OnEnd(const Trial& trial, TrialState state,
                                            const std::optional<double>& value) {
  world_.Act();
  if (world_.scenario().rule == Rule::kEnds) return {};
  Known& known = trials_.at(trial.id);
  if (state == TrialState::kPending) {
    if (!value) world_.Fail("a trial is held without a value");
    if (known.value) world_.Fail("a trial is held twice at the same epoch");
    known.value = value;
    world_.Count("holds");
  } else {
    known.is_over = true;
  }
  return !is_decided_ && IsRungComplete() ? Decide() : std::vector<Decision>{};
}

}  // namespace lrsweep::simulation
