#include "sweep/mpi/mpi_channel.h"

// Without the C++ bindings, which Open MPI 4 still ships and newer versions do not.
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <list>
#include <map>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "sweep/mpi/frames.h"
#include "sweep/process/lifeline.h"
#include "sweep/process/process_identity.h"

namespace lrsweep {
namespace {

constexpr int kTag = 1;
// Without a limit, MPI_Init would wait for ever for a rank that died in it.
constexpr unsigned kStartSeconds = 180;
// Long enough for a peer to receive it, and less than the second until mpirun kills this process.
constexpr auto kFlushLimit = std::chrono::milliseconds(500);

// Frames that a worker may have in flight. It trains no faster than its coordinator records, which
// could not stop it in time otherwise.
constexpr size_t kMostUnsent = 256;

/// Sleeps longer the longer no message comes: from 50 us to 1 ms while the last one is less than a
/// second old, so that short trials follow one another at once; up to 10 ms afterwards, which costs
/// less than 1 % of a core.
class Backoff {
 public:
  using Clock = std::chrono::steady_clock;

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

class MpiChannel : public Channel {
 public:
  MpiChannel(bool has_gpu, bool survives_deaths);
  ~MpiChannel() override;

  int64_t rank() const override { return rank_; }
  int64_t size() const override { return size_; }
  int64_t worker_index() const override { return worker_index_; }
  int64_t workers_of_node() const override { return workers_of_node_; }
  bool workers_have_gpus() const override { return workers_have_gpus_; }
  bool survives_deaths() const override { return survives_deaths_; }

  void Send(int64_t to, const Bytes& message) override;
  std::optional<ReceivedMessage> Receive() override;
  void WaitForMessage(Clock::time_point limit) override {
    if (Clock::now() < limit) backoff_.Sleep();
  }

  bool IsGone(int64_t rank) const override {
    return lrsweep::IsGone(processes_[static_cast<size_t>(rank)]);
  }
  void LimitSilence(Clock::duration silence_limit) override {
    lifeline_.WatchCoordinator(processes_[kCoordinatorRank], silence_limit);
  }
  bool IsBroken() override { return lifeline_.IsBroken(); }
  [[noreturn]] void Leave(int status) override;

 private:
  struct Outgoing {
    Bytes frame;
    MPI_Request request;
  };

  void FindPlaceOnNode();
  void ShareGpus(bool has_gpu);
  void DropSent();
  void Flush();

  int rank_ = 0;
  int size_ = 0;
  int worker_index_ = -1;
  int workers_of_node_ = 0;
  bool workers_have_gpus_ = false;
  bool survives_deaths_;
  std::vector<ProcessIdentity> processes_;  // by rank
  Lifeline lifeline_;
  Backoff backoff_;
  std::list<Outgoing> sending_;  // a list, since MPI reads the frames in place
  std::map<int, FrameJoiner> joiners_;
};

MpiChannel::MpiChannel(bool has_gpu, bool survives_deaths) : survives_deaths_(survives_deaths) {
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  FindPlaceOnNode();
  ShareGpus(has_gpu);
  processes_ = ExchangeIdentities(size_);
  if (rank_ != kCoordinatorRank) LimitSilence(Clock::duration::max());
}

void MpiChannel::FindPlaceOnNode() {
  MPI_Comm workers = MPI_COMM_NULL;
  const bool trains = rank_ != kCoordinatorRank;
  MPI_Comm_split(MPI_COMM_WORLD, trains ? 0 : MPI_UNDEFINED, rank_, &workers);
  if (!trains) return;
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(workers, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node);
  MPI_Comm_rank(node, &worker_index_);
  MPI_Comm_size(node, &workers_of_node_);
  MPI_Comm_free(&node);
  MPI_Comm_free(&workers);
}

void MpiChannel::ShareGpus(bool has_gpu) {
  // The coordinator trains nothing, so it needs no GPU.
  int all_have = has_gpu || rank_ == kCoordinatorRank ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &all_have, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  workers_have_gpus_ = all_have != 0;
}

MpiChannel::~MpiChannel() {
  Flush();
  MPI_Finalize();
}

void MpiChannel::Leave(int status) {
  Flush();
  std::fflush(nullptr);
  _exit(status);
}

void MpiChannel::Send(int64_t to, const Bytes& message) {
  for (Bytes& frame : ToFrames(message)) {
    sending_.push_back({std::move(frame), MPI_REQUEST_NULL});
    Outgoing& out = sending_.back();
    MPI_Isend(out.frame.data(), static_cast<int>(out.frame.size()), MPI_BYTE, static_cast<int>(to),
              kTag, MPI_COMM_WORLD, &out.request);
  }
  backoff_.Reset();  // an answer may come soon
  DropSent();
  while (rank_ != kCoordinatorRank && sending_.size() > kMostUnsent) {
    if (IsBroken()) _exit(kOrphanStatus);
    backoff_.Sleep();
    DropSent();
  }
}

std::optional<ReceivedMessage> MpiChannel::Receive() {
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
    if (auto message = joiners_[status.MPI_SOURCE].Add(frame)) {
      backoff_.Reset();
      lifeline_.NoteMessage();
      return ReceivedMessage{status.MPI_SOURCE, std::move(*message)};
    }
  }
}

void MpiChannel::DropSent() {
  sending_.remove_if([](Outgoing& out) {
    int done = 0;
    MPI_Test(&out.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
}

void MpiChannel::Flush() {
  const auto limit = Clock::now() + kFlushLimit;
  for (DropSent(); !sending_.empty() && Clock::now() < limit; DropSent()) backoff_.Sleep();
}

const char* LibraryVersion() {
  static std::array<char, MPI_MAX_LIBRARY_VERSION_STRING + 1> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return text.data();
}

Channel* Connect(bool has_gpu, bool survives_deaths) {
  std::signal(SIGALRM, GiveUpStarting);
  alarm(kStartSeconds);
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  Channel* channel = nullptr;
  if (size > 1) {
    channel = new MpiChannel(has_gpu, survives_deaths);
  } else {
    MPI_Finalize();
  }
  alarm(0);
  return channel;
}

}  // namespace
}  // namespace lrsweep

extern "C" __attribute__((visibility("default"))) const lrsweep::MpiPlugin* lrsweep_mpi_plugin() {
  static const lrsweep::MpiPlugin plugin = {lrsweep::LibraryVersion, lrsweep::Connect};
  return &plugin;
}
