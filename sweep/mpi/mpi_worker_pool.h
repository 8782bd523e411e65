// The worker pool over MPI, and the other end of it. The only place that knows MPI.
//
// Rank 0 coordinates, every other rank trains. Nothing blocks: both ends poll and sleep, since a
// blocking MPI receive burns a core.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "sweep/coordinator/pack_execution.h"
#include "sweep/coordinator/worker_pool.h"
#include "sweep/mpi/message.h"

namespace lrsweep {

/// Whether this process was launched as one of several MPI ranks, by what the launcher left in the
/// environment: a lone process never starts MPI. Throws UsageError where several processes were
/// launched that cannot find one another (srun without --mpi=pmix).
bool LaunchedUnderMpi();

/// MPI from its start to its end. At the end rank 0 tells all workers to end too.
class MpiSession {
 public:
  /// `has_gpu`: this process could train on one. Throws UsageError where the ranks did not find one
  /// another.
  explicit MpiSession(bool has_gpu);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  int rank() const;
  int size() const;
  /// Whether every worker said that it has one.
  bool workers_have_gpus() const;
  /// Ends the process at once with `status`, after the workers were told to end and what was said
  /// is on its way. For when ranks may have died: MPI's own end would wait for them, at times for
  /// ever.
  [[noreturn]] void Leave(int status);
  /// This worker's place among the workers of its node, from 0; -1 for rank 0, which trains
  /// nothing.
  int worker_index() const;

 private:
  friend class MpiWorkerPool;
  friend void RunMpiWorker(MpiSession& session, const MakeExecutor& make);
  struct Channel;
  void ShutDownWorkers();
  std::unique_ptr<Channel> channel_;
};

/// Rank 0's end. The session must outlive it.
class MpiWorkerPool : public WorkerPool {
 public:
  /// Tells all workers to get ready.
  MpiWorkerPool(MpiSession& session, const WorkerSetup& setup);

  int64_t size() const override;
  void Start(int64_t worker, const PackTask& pack) override;
  void StopAll() override;
  void Dismiss(int64_t worker) override;
  bool IsGone(int64_t worker) const override;
  void Wait(std::chrono::milliseconds timeout, const EventSink& sink) override;

 private:
  MpiSession& session_;
  std::set<int64_t> dismissed_;
  std::chrono::steady_clock::duration alive_interval_;
  std::chrono::steady_clock::time_point next_alive_;
};

/// What every other rank does: trains what it is given until it is told to end. Where its
/// coordinator or its launcher's daemon is gone it ends the process: within a second on the
/// coordinator's machine, elsewhere when nothing was heard for `WorkerSetup::silence_seconds`.
void RunMpiWorker(MpiSession& session, const MakeExecutor& make);

}  // namespace lrsweep
