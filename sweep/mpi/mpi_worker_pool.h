// The worker pool over MPI, and the worker at its other end. Nothing else uses MPI.
//
// Rank 0 coordinates, every other rank trains. Nothing blocks: both ends poll and sleep, since a
// blocking MPI receive keeps a core busy.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "sweep/coordinator/pack_execution.h"
#include "sweep/coordinator/worker_pool.h"
#include "sweep/mpi/message.h"

namespace lrsweep {

/// Whether this process was launched as one of several MPI ranks, by the launcher's environment
/// variables: a lone process never starts MPI. Throws UsageError where several processes were
/// launched that cannot find one another (srun without --mpi=pmix).
bool LaunchedUnderMpi();

/// Initializes MPI, and finalizes it; rank 0 then tells all workers to end.
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
  /// Ends the process at once with `status`, after it has told the workers to end and flushed its
  /// messages and output. Needed where ranks may have died: MPI_Finalize can wait for them
  /// for ever.
  [[noreturn]] void Leave(int status);
  /// This worker's position among the workers of its node, from 0; -1 for rank 0, which trains
  /// nothing.
  int worker_index() const;

  struct Channel;  // defined and used in mpi_worker_pool.cc alone

 private:
  friend class MpiWorkerPool;
  friend void RunMpiWorker(MpiSession& session, const MakeExecutor& make, bool may_end_early);
  void ShutDownWorkers();
  std::unique_ptr<Channel> channel_;
};

/// The pool of rank 0. The session must outlive it.
class MpiWorkerPool : public WorkerPool {
 public:
  /// Sends every worker its setup.
  MpiWorkerPool(MpiSession& session, const WorkerSetup& setup);

  int64_t size() const override;
  void Start(int64_t worker, const PackTask& pack) override;
  void Send(int64_t worker, const TrialOrder& order) override;
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

/// Runs a worker, which every rank but 0 is: trains the packs that it is given until it is told to
/// end. Ends the process where the coordinator or the launcher's daemon is gone: within a second on
/// the coordinator's machine, elsewhere after `WorkerSetup::silence_seconds` without a message.
///
/// Where its executor becomes unusable the worker says why, to the coordinator and on stderr, and
/// returns at once if `may_end_early`. If not, it waits until it is told to end: without recovery
/// the end of one rank would end all of them.
void RunMpiWorker(MpiSession& session, const MakeExecutor& make, bool may_end_early = false);

}  // namespace lrsweep
