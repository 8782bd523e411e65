#include "sweep/forked/forked_workers.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "sweep/forked/coordinator_channel.h"
#include "sweep/forked/worker_channel.h"

namespace lrsweep {
namespace {

// Files that a coordinator has open beside the sockets: the database, the data, its output.
constexpr rlim_t kOtherFiles = 64;

/// Raises this process' limit of open files to what it needs, as far as the system allows. Returns
/// the limit before.
rlimit RaiseFileLimit(int64_t workers) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit raised = before;
  raised.rlim_cur = std::max(before.rlim_cur,
                             std::min(before.rlim_max, static_cast<rlim_t>(workers) + kOtherFiles));
  if (raised.rlim_cur != before.rlim_cur) setrlimit(RLIMIT_NOFILE, &raised);
  return before;
}

/// What is the same in every worker from its beginning on.
void BecomeWorker(int64_t rank, pid_t coordinator, const rlimit& file_limit) {
  // Also where it is stopped, or computes for long without looking at its socket.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != coordinator) _exit(kOrphanStatus);  // it died before the prctl
  prctl(PR_SET_NAME, ("lrsweep-" + std::to_string(rank)).c_str());
  setrlimit(RLIMIT_NOFILE, &file_limit);
}

[[noreturn]] void Complain(int64_t rank, int64_t workers, int error) {
  std::string what = "worker " + std::to_string(rank) + " of " + std::to_string(workers) +
                     " cannot be started: " + std::generic_category().message(error);
  if (error == EAGAIN) what += "; allow more processes (ulimit -u), or take fewer workers";
  if (error == EMFILE || error == ENFILE) {
    what += "; allow more open files (ulimit -n " + std::to_string(workers + kOtherFiles) +
            "), or take fewer workers";
  }
  if (error == ENOMEM) what += "; take fewer workers";
  throw ResourceError(what);
}

}  // namespace

std::unique_ptr<Channel> ForkWorkers(int64_t workers, bool has_gpu,
                                     Channel::Clock::duration end_limit, size_t most_kept) {
  const rlimit file_limit = RaiseFileLimit(workers);
  const pid_t coordinator = getpid();
  auto channel = std::make_unique<CoordinatorChannel>(has_gpu, end_limit);
  prctl(PR_SET_NAME, "lrsweep");  // the launcher executed /proc/self/exe, of the name "exe"
  std::fflush(nullptr);           // else every worker would write it too
  for (int64_t rank = 1; rank <= workers; ++rank) {
    try {
      auto [ours, theirs] = ConnectedSockets();
      const pid_t pid = fork();
      if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
      if (pid == 0) {
        BecomeWorker(rank, coordinator, file_limit);
        ours.Close();
        channel->ForgetInChild();
        return std::make_unique<WorkerChannel>(SocketLink(std::move(theirs)), rank, workers,
                                               has_gpu, most_kept);
      }
      channel->Add(pid, SocketLink(std::move(ours)));
    } catch (const std::system_error& error) {
      channel->KillWorkers();
      Complain(rank, workers, error.code().value());
    }
  }
  return channel;
}

}  // namespace lrsweep
