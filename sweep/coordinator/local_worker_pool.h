// A pool of one worker: this process, on this thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "sweep/coordinator/pack_execution.h"
#include "sweep/coordinator/worker_pool.h"

namespace lrsweep {

/// Trains inside Wait, which returns when the pack has ended; `sink` is called meanwhile. Its
/// worker has the number 0.
class LocalWorkerPool : public WorkerPool {
 public:
  /// `should_continue` is asked at least every 100 ms; false stops the running pack at the end of
  /// its epoch.
  LocalWorkerPool(MakeExecutor make, WorkerSetup setup, std::function<bool()> should_continue);

  int64_t size() const override { return 1; }
  int64_t first() const override { return 0; }
  void Start(int64_t worker, const PackTask& pack) override;
  void Send(int64_t worker, const EndTrial& order) override;
  void StopAll() override {}  // should_continue says it
  void Dismiss(int64_t /*worker*/) override {}
  bool IsGone(int64_t /*worker*/) const override { return false; }
  void Wait(std::chrono::milliseconds timeout, const EventSink& sink) override;

 private:
  MakeExecutor make_;
  WorkerSetup setup_;
  std::function<bool()> should_continue_;
  bool has_started_ = false;
  std::optional<StartedExecutor> executor_;  // none: it could not be made
  std::deque<PackTask> packs_;
};

}  // namespace lrsweep
