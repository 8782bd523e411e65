#include "sweep/coordinator/worker_trust.h"

#include <algorithm>
#include <utility>

namespace lrsweep {
namespace {

// One failure in a row may be a trial's own, and neighbours in a grid often share what makes them
// fail, such as a batch that is too large.
constexpr size_t kManyFailures = 3;
// A broken worker then fails six trials a minute, and a healthy one that met three bad trials in a
// row is not idle for hours while the others are in long trials.
constexpr auto kRest = std::chrono::seconds(10);

}  // namespace

WorkerTrust::WorkerTrust(const std::vector<int64_t>& workers)
    : able_(workers.begin(), workers.end()) {}

bool WorkerTrust::IsTrialsFault(const std::string& trial_id, int64_t worker,
                                const std::string& error, TimePoint now) {
  Worker& here = workers_[worker];
  const bool was_trusted = here.has_trained && !here.is_in_doubt;
  here.is_in_doubt = true;
  std::set<int64_t>& failed_on = failed_on_[trial_id];
  failed_on.insert(worker);
  const bool has_judge = HasOther(failed_on, false);
  const bool is_confirmed = failed_on.size() > 1 && (was_trusted || !has_judge);
  if (is_confirmed || !(has_judge || HasOther(failed_on, true))) {
    OnEnd(trial_id);
    return true;
  }
  here.failures.insert(trial_id);
  here.error = error;
  here.last_failure = now;
  ExcludeIfDue(worker);
  return false;
}

void WorkerTrust::OnEpoch(const std::string& trial_id, int64_t worker) {
  Worker& here = workers_[worker];
  here.has_trained = true;
  here.is_in_doubt = false;
  here.is_at_fault = false;
  here.failures.clear();
  const auto found = failed_on_.find(trial_id);
  if (found == failed_on_.end()) return;
  for (const int64_t other : found->second) {
    Worker& there = workers_[other];
    if (there.failures.count(trial_id) > 0) there.is_at_fault = true;
    ExcludeIfDue(other);
  }
  failed_on_.erase(found);
}

void WorkerTrust::OnEnd(const std::string& trial_id) {
  const auto found = failed_on_.find(trial_id);
  if (found == failed_on_.end()) return;
  for (const int64_t worker : found->second) workers_[worker].failures.erase(trial_id);
  failed_on_.erase(found);
}

bool WorkerTrust::MayTrain(const std::string& trial_id, int64_t worker) const {
  const auto found = failed_on_.find(trial_id);
  if (found == failed_on_.end()) return true;
  const std::set<int64_t>& failed_on = found->second;
  if (HasOther(failed_on, false)) return failed_on.count(worker) == 0 && !IsInDoubt(worker);
  return failed_on.count(worker) == 0 || !HasOther(failed_on, true);
}

bool WorkerTrust::IsResting(int64_t worker, TimePoint now) const {
  const auto found = workers_.find(worker);
  return found != workers_.end() && found->second.failures.size() >= kManyFailures &&
         now - found->second.last_failure < kRest;
}

std::vector<WorkerTrust::Exclusion> WorkerTrust::TakeExclusions() {
  return std::exchange(exclusions_, {});
}

void WorkerTrust::ExcludeIfDue(int64_t worker) {
  const Worker& what = workers_[worker];
  if (!what.is_at_fault || what.failures.size() < kManyFailures) return;
  if (able_.erase(worker) == 0) return;
  exclusions_.push_back({worker, static_cast<int64_t>(what.failures.size()), what.error});
}

bool WorkerTrust::IsInDoubt(int64_t worker) const {
  const auto found = workers_.find(worker);
  return found != workers_.end() && found->second.is_in_doubt;
}

/// Whether there is an able worker on which the trial did not fail: one that is not in doubt, or,
/// with `any`, any.
bool WorkerTrust::HasOther(const std::set<int64_t>& failed_on, bool any) const {
  return std::any_of(able_.begin(), able_.end(), [&](int64_t worker) {
    return failed_on.count(worker) == 0 && (any || !IsInDoubt(worker));
  });
}

}  // namespace lrsweep
