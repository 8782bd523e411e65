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
// Without a limit, MPI_Init would wait for ever for a rank that died in it.
constexpr unsigned kStartSeconds = 180;
// Long enough for a peer to receive it, and less than the second until mpirun kills this process.
constexpr auto kFlushLimit = std::chrono::milliseconds(500);

/// Sleeps longer the longer no message comes: from 50 us to 1 ms while the last one is less than a
/// second old, so that short trials follow one another at once; up to 10 ms afterwards, which costs
/// less than 1 % of a core.
class Backoff {
 public:
  void Sleep() {
    std::this_thread::sleep_for(next_);
    const bool is_silent = Clock::now() - last_message_ > std::chrono::seconds(1);
    next_ = std::min(next_ * 2, is_silent ? kLongestInSilence : kLongest);
  }
  void Reset() {
    next_ = kShortest;
    last_message_ = Clock::now();
  }

 private:
  using Duration = std::chrono::microseconds;
  static constexpr Duration kShortest{50};
  static constexpr Duration kLongest{1'000};
  static constexpr Duration kLongestInSilence{10'000};
  Duration next_ = kShortest;
  Clock::time_point last_message_ = Clock::now();
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

/// Sends and receives whole messages over MPI, and never waits for a peer.
struct MpiSession::Channel {
  int rank = 0;
  int size = 0;
  int worker_index = -1;
  int workers_of_node = 0;
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
      // The first probe may only make progress: the second one then finds what it fetched.
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

  /// Waits until everything is sent, at most kFlushLimit.
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

  std::list<Outgoing> sending;  // a list, since MPI reads the frames in place
  std::map<int, FrameJoiner> joiners;
};

namespace {

/// The identities of all ranks, by rank.
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
    MPI_Comm_size(node, &channel_->workers_of_node);
    MPI_Comm_free(&node);
    MPI_Comm_free(&workers);
  }
  // Rank 0 trains nothing, so it needs no GPU.
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
  // MPI_Finalize of the others would wait for ever for a worker that ends by a bug.
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
          // Several times within the silence after which a worker ends itself.
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

void MpiWorkerPool::Send(int64_t worker, const TrialOrder& order) {
  session_.channel_->Send(static_cast<int>(worker), Encode(Command(order)));
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
  // Workers may send faster than this loop receives: return at the limit all the same.
  while (message) {
    sink(DecodeEvent(message->second, message->first));
    message = Clock::now() < limit ? channel.Receive() : std::nullopt;
  }
}

namespace {

/// A worker: takes commands, trains packs, reports.
class Worker {
 public:
  Worker(MpiSession::Channel& channel, const MakeExecutor& make) : channel_(channel), make_(make) {}

  /// Runs until the coordinator says shutdown, or until the executor is unusable if
  /// `may_end_early`.
  void Run(bool may_end_early) {
    channel_.lifeline.WatchCoordinator(Coordinator(), Clock::duration::max());
    while (TakeCommands() != Order::kStopNow && !(is_unusable_ && may_end_early)) {
      if (packs_.empty()) {
        channel_.backoff.Sleep();
      } else {
        TrainFirstPack();
      }
    }
  }

 private:
  const ProcessIdentity& Coordinator() const { return channel_.processes[kCoordinator]; }

  /// Takes the commands that have come and returns the order for all packs. Ends the process where
  /// its coordinator or launcher is gone. Signals to a worker alone are ignored: rank 0 gets those
  /// that are meant for the sweep too, and decides.
  Order TakeCommands() {
    while (const auto message = channel_.Receive()) {
      channel_.lifeline.NoteMessage();
      std::visit([this](auto&& command) { OnCommand(std::forward<decltype(command)>(command)); },
                 DecodeCommand(message->second));
    }
    if (channel_.lifeline.IsBroken()) _exit(kOrphanStatus);
    return order_;
  }

  void OnCommand(WorkerSetup setup) {
    setup.worker = channel_.rank;
    setup.worker_index = channel_.worker_index;
    setup.workers_of_node = channel_.workers_of_node;
    const std::chrono::duration<double> silence(setup.silence_seconds);
    channel_.lifeline.WatchCoordinator(Coordinator(),
                                       std::chrono::duration_cast<Clock::duration>(silence));
    started_ = StartExecutor(make_, setup, report_);
  }
  /// A pack that was sent before the coordinator knew that the executor is unusable is not trained.
  void OnCommand(PackTask pack) {
    if (!is_unusable_) packs_.push_back(std::move(pack));
  }
  /// An order that comes after its trial has left must not meet the same trial in a later pack.
  void OnCommand(const TrialOrder& order) {
    if (HasTrial(order.trial_id)) started_->orders[order.trial_id] = order.order;
  }
  void OnCommand(Stop /*stop*/) {
    if (order_ == Order::kContinue) order_ = Order::kHold;
  }
  void OnCommand(Shutdown /*shutdown*/) { order_ = Order::kStopNow; }
  void OnCommand(Alive /*alive*/) {}

  bool HasTrial(const std::string& trial_id) const {
    return std::any_of(packs_.begin(), packs_.end(), [&trial_id](const PackTask& pack) {
      return std::any_of(pack.trials.begin(), pack.trials.end(),
                         [&trial_id](const TrialTask& task) { return task.trial_id == trial_id; });
    });
  }

  void TrainFirstPack() {
    if (order_ == Order::kContinue) {
      try {
        ExecutePack(*started_, packs_.front(), report_, [this] { return TakeCommands(); });
      } catch (const ExecutorUnusable& unusable) {
        return GiveUp(unusable.what());
      }
      channel_.backoff.Reset();
    } else {  // told to stop: the pack does not start
      for (const TrialTask& trial : packs_.front().trials) {
        report_(TrialEnded{channel_.rank, trial.trial_id, TrialState::kPending, ""});
      }
    }
    packs_.pop_front();
  }

  void GiveUp(const char* reason) {
    std::fprintf(stderr, "lrsweep: worker %d can train nothing any more: %s\n", channel_.rank,
                 reason);
    is_unusable_ = true;
    packs_.clear();
  }

  MpiSession::Channel& channel_;
  const MakeExecutor& make_;
  const EventSink report_ = [this](const Event& event) {
    channel_.Send(kCoordinator, Encode(event));
  };
  std::optional<StartedExecutor> started_;
  std::deque<PackTask> packs_;  // in order; the first one is in training or next
  Order order_ = Order::kContinue;
  bool is_unusable_ = false;  // the executor
};

}  // namespace

void RunMpiWorker(MpiSession& session, const MakeExecutor& make, bool may_end_early) {
  Worker(*session.channel_, make).Run(may_end_early);
}

}  // namespace lrsweep
