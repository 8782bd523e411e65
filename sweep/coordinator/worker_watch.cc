#include "sweep/coordinator/worker_watch.h"

#include <fmt/format.h>

#include <algorithm>

namespace lrsweep {
namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(500);

}  // namespace

WorkerWatch::WorkerWatch(const std::vector<int64_t>& workers, std::chrono::milliseconds timeout,
                         TimePoint now)
    : timeout_(timeout), next_look_(now + kLookInterval) {
  for (const int64_t worker : workers) last_heard_[worker] = now;
}

void WorkerWatch::Heard(int64_t worker, TimePoint now) {
  const auto found = last_heard_.find(worker);
  if (found != last_heard_.end()) found->second = now;
}

std::vector<WorkerWatch::Loss> WorkerWatch::Look(
    TimePoint now, const std::function<bool(int64_t worker)>& is_gone,
    const std::function<bool(int64_t worker)>& owes_word) {
  std::vector<Loss> losses;
  if (now < next_look_) return losses;
  // Whoever looks so late did not listen either (it was stopped, or waited for the disk).
  const auto late = now - next_look_;
  if (late > kLookInterval) {
    for (auto& [worker, heard] : last_heard_) heard = std::min(now, heard + late);
  }
  next_look_ = now + kLookInterval;
  for (const auto& [worker, heard] : last_heard_) {
    if (is_gone(worker)) {
      losses.push_back({worker, "its process is gone"});
    } else if (now - heard > timeout_ && owes_word(worker)) {
      const std::chrono::duration<double> silence = now - heard;
      losses.push_back({worker, fmt::format("silent for {:.0f} s", silence.count())});
    }
  }
  for (const Loss& loss : losses) Forget(loss.worker);
  return losses;
}

}  // namespace lrsweep
