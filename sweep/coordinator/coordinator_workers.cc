// What the coordinator is told of its workers, and what it finds out: several on one GPU, broken
// ones.
#include <algorithm>
#include <utility>

#include "params/text.h"
#include "sweep/coordinator/coordinator.h"

namespace lrsweep {

void Coordinator::OnEvent(const WorkerReady& ready) {
  const auto [load, is_new] = workers_.try_emplace(ready.info.worker, ready.info, UntilOfSource());
  if (!is_new) return;
  ++state_.workers;
  trust_.OnReady(ready.info.worker, ready.info.host);
  AddCandidate(load->second);
  WarnOfSharedGpu(ready);
}

/// Says once per host that two workers have the same GPU.
void Coordinator::WarnOfSharedGpu(const WorkerReady& ready) {
  const WorkerInfo& info = ready.info;
  if (info.device_id.empty()) return;
  const auto [user, is_first] = gpu_users_.try_emplace({info.host, info.device_id}, info.worker);
  if (is_first || !warned_hosts_.insert(info.host).second) return;
  view_.OnWarning("workers " + std::to_string(user->second) + " and " +
                  std::to_string(info.worker) + " on " + info.host + " seem to use the same GPU (" +
                  info.device +
                  "): they take turns on it, and get smaller packs; start one worker per GPU, by "
                  "--workers N and slots=N in a hostfile");
}

/// A worker refuses where it cannot begin to train, or, when it was ready, where its executor has
/// become unusable: then its trials are lost.
void Coordinator::OnEvent(const WorkerRefused& refused) {
  liveness_.Forget(refused.worker);
  const auto ready = workers_.find(refused.worker);
  if (ready != workers_.end()) {
    const WorkerInfo info = ready->second.info();
    const std::string reason = FirstLine(refused.reason);
    MarkDead(info.worker, reason);
    return Exclude(info, reason);
  }
  ++refused_;
  trust_.Remove(refused.worker);
  ExcludeBrokenWorkers();
  last_refusal_ =
      "worker " + std::to_string(refused.worker) + " on " + refused.host + ": " + refused.reason;
  view_.OnNotice(last_refusal_);
}

void Coordinator::ExcludeBrokenWorkers() {
  for (const WorkerTrust::Exclusion& broken : trust_.TakeExclusions()) {
    Exclude(workers_.at(broken.worker).info(),
            "its last " + Counted(broken.failures, "trial") +
                " failed before their first epoch, while another worker could train: " +
                ErrorLine(broken.error));
  }
}

/// Gives the worker no trials any more. What it has already stays with it.
void Coordinator::Exclude(const WorkerInfo& info, const std::string& reason) {
  candidates_.erase({false, info.worker});
  candidates_.erase({true, info.worker});
  state_.excluded.push_back({info.worker, info.host, info.device, reason});
  store_.RecordExclusion(state_.excluded.back());
  view_.OnNotice(Describe(state_.excluded.back()));
}

bool Coordinator::IsExcluded(int64_t worker) const {
  return std::any_of(
      state_.excluded.begin(), state_.excluded.end(),
      [worker](const ExcludedWorker& excluded) { return excluded.worker == worker; });
}

}  // namespace lrsweep
