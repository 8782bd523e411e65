#include "sweep/coordinator/worker_liveness.h"

#include <fmt/format.h>

#include <algorithm>

namespace lrsweep {
namespace {

constexpr auto kCheckInterval = std::chrono::milliseconds(500);

}  // namespace

WorkerLiveness::WorkerLiveness(const std::vector<int64_t>& workers,
                               std::chrono::milliseconds timeout, TimePoint now)
    : timeout_(timeout), next_check_(now + kCheckInterval) {
  for (const int64_t worker : workers) last_contact_[worker] = now;
}

void WorkerLiveness::OnContact(int64_t worker, TimePoint now) {
  const auto found = last_contact_.find(worker);
  if (found != last_contact_.end()) found->second = now;
}

std::vector<WorkerLiveness::Loss> WorkerLiveness::FindLost(
    TimePoint now, const std::function<bool(int64_t worker)>& is_gone,
    const std::function<bool(int64_t worker)>& must_report) {
  std::vector<Loss> losses;
  if (now < next_check_) return losses;
  // A late check found no time to receive messages either.
  const auto late = now - next_check_;
  if (late > kCheckInterval) {
    for (auto& [worker, contact] : last_contact_) contact = std::min(now, contact + late);
  }
  next_check_ = now + kCheckInterval;
  for (const auto& [worker, contact] : last_contact_) {
    if (is_gone(worker)) {
      losses.push_back({worker, "its process is gone"});
    } else if (now - contact > timeout_ && must_report(worker)) {
      const std::chrono::duration<double> silence = now - contact;
      losses.push_back({worker, fmt::format("silent for {:.0f} s", silence.count())});
    }
  }
  for (const Loss& loss : losses) Forget(loss.worker);
  return losses;
}

}  // namespace lrsweep
