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

void WorkerTrust::Remove(int64_t worker) {
  able_.erase(worker);
  if (able_.size() == 1 && IsLastAndBroken(*able_.begin())) Exclude(*able_.begin());
}

bool WorkerTrust::IsTrialsFault(const std::string& trial_id, int64_t worker,
                                const std::string& error, TimePoint now) {
  Worker& here = workers_[worker];
  const bool was_trusted = here.has_trained && !here.is_in_doubt;
  here.error = error;
  here.last_failure = now;
  ++here.in_a_row;
  std::set<int64_t>& failed_on = failed_on_[trial_id];
  failed_on.insert(worker);
  const std::set<int64_t> judges = Judges(failed_on);
  const bool is_elsewhere_asked = HostsOf(failed_on).size() > 1 || !HasElsewhere(judges, failed_on);
  const bool is_confirmed =
      failed_on.size() > 1 && (judges.empty() || (was_trusted && is_elsewhere_asked));
  here.is_in_doubt = here.is_in_doubt || !(is_confirmed && was_trusted);
  if (IsLastAndBroken(worker)) {
    OnEnd(trial_id);
    Exclude(worker);
    return false;
  }
  if (is_confirmed || !HasOther(failed_on)) {
    OnEnd(trial_id);
    return true;
  }
  here.failures.insert(trial_id);
  ExcludeIfDue(worker);
  return false;
}

void WorkerTrust::OnEpoch(const std::string& trial_id, int64_t worker) {
  Worker& here = workers_[worker];
  here.has_trained = true;
  here.is_in_doubt = false;
  here.is_at_fault = false;
  here.in_a_row = 0;
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
  const std::set<int64_t> judges = Judges(failed_on);
  if (!judges.empty()) return judges.count(worker) > 0;
  return failed_on.count(worker) == 0 || !HasOther(failed_on);
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
  if (what.is_at_fault && what.failures.size() >= kManyFailures) Exclude(worker);
}

void WorkerTrust::Exclude(int64_t worker) {
  if (able_.erase(worker) == 0) return;
  const Worker& what = workers_[worker];
  exclusions_.push_back({worker, static_cast<int64_t>(what.in_a_row), what.error});
}

/// Whether the worker is the only one that is left, and has failed too often for one of those that
/// train, of which there were others.
bool WorkerTrust::IsLastAndBroken(int64_t worker) const {
  if (able_.size() != 1 || able_.count(worker) == 0) return false;
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.in_a_row < kManyFailures) return false;
  return std::any_of(workers_.begin(), workers_.end(), [worker](const auto& other) {
    return other.first != worker && other.second.has_trained;
  });
}

bool WorkerTrust::CanJudge(int64_t worker) const {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return true;
  const Worker& what = found->second;
  return !what.is_in_doubt || (what.has_trained && what.in_a_row < kManyFailures);
}

/// Whether there is an able worker on which the trial did not fail.
bool WorkerTrust::HasOther(const std::set<int64_t>& failed_on) const {
  return std::any_of(able_.begin(), able_.end(),
                     [&](int64_t worker) { return failed_on.count(worker) == 0; });
}

/// The able workers whose opinion of a trial that failed on these decides: those on other hosts, if
/// it failed on one host and there are such.
std::set<int64_t> WorkerTrust::Judges(const std::set<int64_t>& failed_on) const {
  std::set<int64_t> judges;
  for (const int64_t worker : able_) {
    if (failed_on.count(worker) == 0 && CanJudge(worker)) judges.insert(worker);
  }
  if (HostsOf(failed_on).size() > 1 || !HasElsewhere(judges, failed_on)) return judges;
  std::erase_if(judges, [&](int64_t worker) { return !HasElsewhere({worker}, failed_on); });
  return judges;
}

/// Whether one of `workers` is on a host where none of the others is.
bool WorkerTrust::HasElsewhere(const std::set<int64_t>& workers,
                               const std::set<int64_t>& others) const {
  const std::set<std::string> theirs = HostsOf(others);
  const std::set<std::string> hosts = HostsOf(workers);
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const std::string& host) { return theirs.count(host) == 0; });
}

/// The hosts of those of the workers that were ready.
std::set<std::string> WorkerTrust::HostsOf(const std::set<int64_t>& workers) const {
  std::set<std::string> hosts;
  for (const int64_t worker : workers) {
    const auto found = workers_.find(worker);
    if (found != workers_.end()) hosts.insert(found->second.host);
  }
  return hosts;
}

}  // namespace lrsweep
