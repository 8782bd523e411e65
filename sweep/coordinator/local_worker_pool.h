// A pool of one worker: this process, on this thread.
#pragma once

#include <deque>
#include <memory>

#include "sweep/coordinator/trial_executor.h"
#include "sweep/coordinator/worker_pool.h"

namespace lrsweep {

/// Trains inside Wait, which returns when the pack has ended; `sink` is called meanwhile. Its
/// worker has the number 0.
class LocalWorkerPool : public WorkerPool {
 public:
  /// `go_on` is asked at least every 100 ms; false stops the running pack at the end of its epoch.
  LocalWorkerPool(MakeExecutor make, WorkerSetup setup, std::function<bool()> go_on);

  int64_t size() const override { return 1; }
  int64_t first() const override { return 0; }
  void Start(int64_t worker, const PackTask& pack) override;
  void StopAll() override {}  // its worker sees for itself that it is to stop
  void Dismiss(int64_t /*worker*/) override {}
  bool IsGone(int64_t /*worker*/) const override { return false; }
  void Wait(std::chrono::milliseconds timeout, const EventSink& sink) override;

 private:
  MakeExecutor make_;
  WorkerSetup setup_;
  std::function<bool()> go_on_;
  bool announced_ = false;
  std::unique_ptr<TrialExecutor> executor_;
  std::deque<PackTask> packs_;
};

}  // namespace lrsweep
