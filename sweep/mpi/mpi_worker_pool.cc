#include "sweep/mpi/mpi_worker_pool.h"

// Without the C++ bindings, which Open MPI 4 still ships and newer versions do not.
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <list>
#include <map>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "params/errors.h"
#include "sweep/mpi/frames.h"
#include "sweep/process/lifeline.h"
#include "sweep/process/process_identity.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTag = 1;
constexpr int kCoordinator = 0;
constexpr int kBugStatus = 70;
constexpr int kOrphanStatus = 75;
constexpr std::chrono::duration<double> kAliveInterval(10);
// Whoever waits for a rank that died in MPI_Init would wait for ever.
constexpr unsigned kStartSeconds = 180;
// Long enough for a peer to take what was sent to it, short of the second that mpirun grants.
constexpr auto kFlushLimit = std::chrono::milliseconds(500);

/// Sleeps longer the longer nothing happens: from 50 us to 1 ms while there was talk within the
/// last second, so that short trials follow one another at once; to 10 ms in silence, which costs
/// under 1 % of a core.
class Backoff {
 public:
  void Sleep() {
    std::this_thread::sleep_for(next_);
    const bool silent = Clock::now() - last_talk_ > std::chrono::seconds(1);
    next_ = std::min(next_ * 2, silent ? kLongestInSilence : kLongest);
  }
  void Reset() {
    next_ = kShortest;
    last_talk_ = Clock::now();
  }

 private:
  using Duration = std::chrono::microseconds;
  static constexpr Duration kShortest{50};
  static constexpr Duration kLongest{1'000};
  static constexpr Duration kLongestInSilence{10'000};
  Duration next_ = kShortest;
  Clock::time_point last_talk_ = Clock::now();
};

int NumberFromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

bool LaunchedUnderMpi() {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) {
    return NumberFromEnvironment("OMPI_COMM_WORLD_SIZE") > 1;
  }
  const int tasks = NumberFromEnvironment("SLURM_STEP_NUM_TASKS");
  if (tasks > 1 && std::getenv("PMIX_RANK") == nullptr) {
    throw UsageError("srun started " + std::to_string(tasks) +
                     " processes that cannot find one another; use srun --mpi=pmix, or "
                     "mpirun within sbatch");
  }
  return tasks > 1;
}

/// Whole messages over MPI, without ever waiting for a peer.
struct MpiSession::Channel {
  int rank = 0;
  int size = 0;
  int worker_index = -1;
  bool workers_have_gpus = false;
  std::vector<ProcessIdentity> processes;  // by rank
  Lifeline lifeline;
  Backoff backoff;

  void Send(int to, const Bytes& message) {
    for (Bytes& frame : ToFrames(message)) {
      sending.push_back({std::move(frame), MPI_REQUEST_NULL});
      Outgoing& out = sending.back();
      MPI_Isend(out.frame.data(), static_cast<int>(out.frame.size()), MPI_BYTE, to, kTag,
                MPI_COMM_WORLD, &out.request);
    }
    DropSent();
  }

  /// The next whole message and its sender, if one has come.
  std::optional<std::pair<int, Bytes>> Receive() {
    DropSent();
    for (;;) {
      int there = 0;
      MPI_Message handle = MPI_MESSAGE_NULL;
      MPI_Status status;
      // A probe that says no has made progress all the same: a second one sees what it fetched.
      for (int attempt = 0; attempt < 2 && there == 0; ++attempt) {
        MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &there, &handle, &status);
      }
      if (there == 0) return std::nullopt;
      int count = 0;
      MPI_Get_count(&status, MPI_BYTE, &count);
      Bytes frame(static_cast<size_t>(count));
      MPI_Mrecv(frame.data(), count, MPI_BYTE, &handle, MPI_STATUS_IGNORE);
      if (auto message = joiners[status.MPI_SOURCE].Add(frame)) {
        return std::make_pair(status.MPI_SOURCE, std::move(*message));
      }
    }
  }

  /// Waits until all is sent, for a while.
  void Flush() {
    const auto limit = Clock::now() + kFlushLimit;
    for (DropSent(); !sending.empty() && Clock::now() < limit; DropSent()) backoff.Sleep();
  }

 private:
  struct Outgoing {
    Bytes frame;
    MPI_Request request;
  };

  void DropSent() {
    sending.remove_if([](Outgoing& out) {
      int done = 0;
      MPI_Test(&out.request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
  }

  std::list<Outgoing> sending;  // a list: MPI reads the frames where they are
  std::map<int, FrameJoiner> joiners;
};

namespace {

/// Everybody's identity, by rank.
std::vector<ProcessIdentity> ExchangeIdentities(int size) {
  struct Fixed {
    std::array<char, 120> machine;
    int64_t pid, start_time;
  };
  const ProcessIdentity self = ThisProcess();
  Fixed mine{{}, self.pid, self.start_time};
  if (self.machine.size() < mine.machine.size()) {
    std::copy(self.machine.begin(), self.machine.end(), mine.machine.begin());
  }
  std::vector<Fixed> all(static_cast<size_t>(size));
  MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all.data(), sizeof mine, MPI_BYTE, MPI_COMM_WORLD);
  std::vector<ProcessIdentity> identities;
  identities.reserve(all.size());
  for (const Fixed& one : all) identities.push_back({one.machine.data(), one.pid, one.start_time});
  return identities;
}

void GiveUpStarting(int /*signal*/) {
  constexpr std::string_view kSentence =
      "lrsweep: MPI has not started within 3 minutes: a rank died, or cannot be reached; run "
      "again\n";
  if (write(STDERR_FILENO, kSentence.data(), kSentence.size()) < 0) _exit(kOrphanStatus);
  _exit(kOrphanStatus);
}

}  // namespace

MpiSession::MpiSession(bool has_gpu) : channel_(std::make_unique<Channel>()) {
  std::signal(SIGALRM, GiveUpStarting);
  alarm(kStartSeconds);
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &channel_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &channel_->size);
  if (channel_->size < 2) {
    MPI_Finalize();
    throw UsageError(
        "several processes were launched, but MPI finds only one: the launcher and the Open MPI "
        "that lrsweep was built with do not fit together");
  }
  MPI_Comm workers = MPI_COMM_NULL;
  const bool trains = channel_->rank != kCoordinator;
  MPI_Comm_split(MPI_COMM_WORLD, trains ? 0 : MPI_UNDEFINED, channel_->rank, &workers);
  if (trains) {
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_split_type(workers, MPI_COMM_TYPE_SHARED, channel_->rank, MPI_INFO_NULL, &node);
    MPI_Comm_rank(node, &channel_->worker_index);
    MPI_Comm_free(&node);
    MPI_Comm_free(&workers);
  }
  // Rank 0 trains nothing: it does not stand in the way.
  int all_have = has_gpu || !trains ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &all_have, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  channel_->workers_have_gpus = all_have != 0;
  channel_->processes = ExchangeIdentities(channel_->size);
  alarm(0);
}

void MpiSession::ShutDownWorkers() {
  for (int worker = 1; worker < channel_->size; ++worker) {
    if (IsGone(channel_->processes[static_cast<size_t>(worker)])) continue;
    channel_->Send(worker, Encode(Command(Shutdown{})));
  }
}

void MpiSession::Leave(int status) {
  if (channel_->rank == kCoordinator) ShutDownWorkers();
  channel_->Flush();
  std::fflush(nullptr);
  _exit(status);
}

MpiSession::~MpiSession() {
  const bool trains = channel_->rank != kCoordinator;
  // A worker that ends by a bug of ours would be waited for without end.
  if (trains && std::uncaught_exceptions() > 0) MPI_Abort(MPI_COMM_WORLD, kBugStatus);
  if (!trains) ShutDownWorkers();
  channel_->Flush();
  MPI_Finalize();
}

int MpiSession::rank() const { return channel_->rank; }
int MpiSession::size() const { return channel_->size; }
bool MpiSession::workers_have_gpus() const { return channel_->workers_have_gpus; }
int MpiSession::worker_index() const { return channel_->worker_index; }

MpiWorkerPool::MpiWorkerPool(MpiSession& session, const WorkerSetup& setup)
    : session_(session),
      alive_interval_(std::chrono::duration_cast<Clock::duration>(
          // Several times within the silence after which workers give their coordinator up.
          std::min(kAliveInterval, std::chrono::duration<double>(setup.silence_seconds / 6)))),
      next_alive_(Clock::now() + alive_interval_) {
  for (int worker = 1; worker < session.size(); ++worker) {
    session_.channel_->Send(worker, Encode(Command(setup)));
  }
}

int64_t MpiWorkerPool::size() const { return session_.size() - 1; }

void MpiWorkerPool::Start(int64_t worker, const PackTask& pack) {
  session_.channel_->Send(static_cast<int>(worker), Encode(Command(pack)));
}

void MpiWorkerPool::StopAll() {
  for (int worker = 1; worker < session_.size(); ++worker) {
    if (!IsGone(worker)) session_.channel_->Send(worker, Encode(Command(Stop{})));
  }
}

void MpiWorkerPool::Dismiss(int64_t worker) {
  if (!dismissed_.insert(worker).second) return;
  session_.channel_->Send(static_cast<int>(worker), Encode(Command(Shutdown{})));
}

bool MpiWorkerPool::IsGone(int64_t worker) const {
  return lrsweep::IsGone(session_.channel_->processes[static_cast<size_t>(worker)]);
}

void MpiWorkerPool::Wait(std::chrono::milliseconds timeout, const EventSink& sink) {
  MpiSession::Channel& channel = *session_.channel_;
  const auto limit = Clock::now() + timeout;
  if (Clock::now() >= next_alive_) {
    next_alive_ = Clock::now() + alive_interval_;
    for (int worker = 1; worker < session_.size(); ++worker) {
      if (!IsGone(worker)) channel.Send(worker, Encode(Command(Alive{})));
    }
  }
  auto message = channel.Receive();
  while (!message && Clock::now() < limit) {
    channel.backoff.Sleep();
    message = channel.Receive();
  }
  if (message) channel.backoff.Reset();
  // Workers may talk faster than they can be heard: there is more to do than to listen.
  while (message) {
    sink(DecodeEvent(message->second, message->first));
    message = Clock::now() < limit ? channel.Receive() : std::nullopt;
  }
}

namespace {

/// What the coordinator told a worker: packs to train, in order, and whether to stop or end.
struct Orders {
  std::optional<WorkerSetup> setup;
  std::deque<PackTask> packs;
  bool stop = false;
  bool shutdown = false;

  void Add(Command command) {
    if (auto* given = std::get_if<WorkerSetup>(&command)) setup = std::move(*given);
    if (auto* pack = std::get_if<PackTask>(&command)) packs.push_back(std::move(*pack));
    if (std::holds_alternative<Stop>(command)) stop = true;
    if (std::holds_alternative<Shutdown>(command)) shutdown = true;
  }

  Order Now() const { return shutdown ? Order::kStopNow : stop ? Order::kHold : Order::kContinue; }
};

}  // namespace

void RunMpiWorker(MpiSession& session, const MakeExecutor& make) {
  MpiSession::Channel& channel = *session.channel_;
  const EventSink report = [&channel](const Event& event) {
    channel.Send(kCoordinator, Encode(event));
  };
  Orders orders;
  // Signals to a worker alone are not heeded: rank 0 gets them too where they are meant, and
  // decides.
  const auto listen = [&channel, &orders] {
    while (const auto message = channel.Receive()) {
      channel.lifeline.Heard();
      orders.Add(DecodeCommand(message->second));
    }
    if (channel.lifeline.IsBroken()) _exit(kOrphanStatus);
    return orders.Now();
  };

  channel.lifeline.WatchCoordinator(channel.processes[kCoordinator], Clock::duration::max());
  std::optional<StartedExecutor> executor;
  while (listen() != Order::kStopNow) {
    if (orders.setup) {
      WorkerSetup setup = *std::exchange(orders.setup, std::nullopt);
      setup.worker = channel.rank;
      setup.worker_index = channel.worker_index;
      const std::chrono::duration<double> silence(setup.silence_seconds);
      channel.lifeline.WatchCoordinator(channel.processes[kCoordinator],
                                        std::chrono::duration_cast<Clock::duration>(silence));
      executor = StartExecutor(make, setup, report);
    } else if (!orders.packs.empty()) {
      const PackTask pack = std::move(orders.packs.front());
      orders.packs.pop_front();
      if (orders.stop) {  // it does not begin any more
        for (const TrialTask& trial : pack.trials) {
          report(TrialEnded{channel.rank, trial.trial_id, TrialState::kPending, ""});
        }
        continue;
      }
      ExecutePack(*executor, pack, report, [&listen](const std::string&) { return listen(); });
      channel.backoff.Reset();
    } else {
      channel.backoff.Sleep();
    }
  }
}

}  // namespace lrsweep
