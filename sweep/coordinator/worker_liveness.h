// Detects workers whose process has ended, and workers that hold work and have become silent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lrsweep {

class WorkerLiveness {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Loss {
    int64_t worker = 0;
    std::string reason;  // "its process is gone", "silent for 60 s"
  };

  /// Watches `workers` from `now` on: each has `timeout` until its first message.
  WorkerLiveness(const std::vector<int64_t>& workers, std::chrono::milliseconds timeout,
                 TimePoint now);

  /// The worker sent a message or was given work: its silence starts anew.
  void OnContact(int64_t worker, TimePoint now);
  /// Stops watching a worker that has refused or is lost.
  void Forget(int64_t worker) { last_contact_.erase(worker); }
  bool IsWatched(int64_t worker) const { return last_contact_.count(worker) > 0; }

  /// The workers lost since the last check, which are forgotten. Checks at most twice a second.
  /// `must_report`: whether a healthy worker would send messages now. Time beyond a second between
  /// two checks does not count as silence: this process was stopped itself, or waited for the disk.
  std::vector<Loss> FindLost(TimePoint now, const std::function<bool(int64_t worker)>& is_gone,
                             const std::function<bool(int64_t worker)>& must_report);

 private:
  std::chrono::milliseconds timeout_;
  std::map<int64_t, TimePoint> last_contact_;
  TimePoint next_check_;
};

}  // namespace lrsweep
