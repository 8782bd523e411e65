// Who has gone: workers whose process has ended, and those that hold work and are silent.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lrsweep {

class WorkerWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Loss {
    int64_t worker = 0;
    std::string reason;  // "its process is gone", "silent for 60 s"
  };

  /// `workers` begin now, and have `timeout` to speak first.
  WorkerWatch(const std::vector<int64_t>& workers, std::chrono::milliseconds timeout,
              TimePoint now);

  /// It spoke, or was given work.
  void Heard(int64_t worker, TimePoint now);
  /// It takes no part any more: refused, or lost.
  void Forget(int64_t worker) { last_heard_.erase(worker); }
  bool Watches(int64_t worker) const { return last_heard_.count(worker) > 0; }

  /// Who was lost since the last look, which is twice a second at most. `owes_word`: whether the
  /// worker would speak were it well. The lost are forgotten. Time in which nobody looked, beyond a
  /// second, is no silence.
  std::vector<Loss> Look(TimePoint now, const std::function<bool(int64_t worker)>& is_gone,
                         const std::function<bool(int64_t worker)>& owes_word);

 private:
  std::chrono::milliseconds timeout_;
  std::map<int64_t, TimePoint> last_heard_;
  TimePoint next_look_;
};

}  // namespace lrsweep
