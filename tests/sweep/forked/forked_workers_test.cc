#include "sweep/forked/forked_workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "params/errors.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Clock = Channel::Clock;

constexpr size_t kMegabyte = 1UL << 20;

/// Runs `work` in each of `count` forked workers, which then end, and returns the coordinator's
/// channel.
std::unique_ptr<Channel> Fork(int64_t count, const std::function<void(Channel&)>& work,
                              Clock::duration end_limit = std::chrono::minutes(2)) {
  auto channel = ForkWorkers(count, false, end_limit);
  if (channel->rank() == kCoordinatorRank) return channel;
  work(*channel);
  channel->Leave(0);
  return nullptr;  // not reached
}

/// Bytes that tell where they were cut or moved.
Bytes Pattern(size_t size, uint8_t first = 0) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

Clock::time_point Soon() { return Clock::now() + std::chrono::seconds(20); }

/// The next message; fails the test where none comes in time.
Bytes Next(Channel& channel) {
  for (const auto limit = Soon(); Clock::now() < limit && !channel.IsBroken();) {
    if (auto message = channel.Receive()) return std::move(message->bytes);
    channel.WaitForMessage(limit);
  }
  ADD_FAILURE() << "no message came";
  return {};
}

/// The next end of a worker, before which no message may come.
PeerEnd NextEnd(Channel& channel) {
  for (const auto limit = Soon(); Clock::now() < limit;) {
    if (auto end = channel.TakeEnded()) return *end;
    EXPECT_FALSE(channel.Receive().has_value());
    if (auto end = channel.TakeEnded()) return *end;
    channel.WaitForMessage(limit);
  }
  ADD_FAILURE() << "no worker ended";
  return {};
}

/// Keeps the process of a worker that is to die by a signal from leaving a core file.
void LeaveNoCore() {
  const rlimit none{};
  setrlimit(RLIMIT_CORE, &none);
}

void WaitForEver() {
  for (;;) pause();
}

TEST(ForkedWorkersTest, EveryWorkerKnowsItsPlace) {
  const auto channel = Fork(3, [](Channel& worker) {
    worker.Send(kCoordinatorRank,
                {static_cast<uint8_t>(worker.rank()), static_cast<uint8_t>(worker.size()),
                 static_cast<uint8_t>(worker.worker_index()),
                 static_cast<uint8_t>(worker.workers_of_node())});
  });
  EXPECT_EQ(channel->size(), 4);
  EXPECT_EQ(channel->worker_index(), -1);
  EXPECT_TRUE(channel->survives_deaths());
  std::map<int, Bytes> said;
  for (int i = 0; i < 3; ++i) {
    Bytes message = Next(*channel);
    said[message.at(0)] = message;
  }
  EXPECT_EQ(said, (std::map<int, Bytes>{{1, {1, 4, 0, 3}}, {2, {2, 4, 1, 3}}, {3, {3, 4, 2, 3}}}));
}

TEST(ForkedWorkersTest, MessagesOfEverySizeComeBackWholeAndInTheirOrder) {
  const std::vector<size_t> sizes = {0,      1,      7,         8,         9,   65'527,
                                     65'528, 65'529, 65'536,    65'537,    0,   200'000,
                                     1,      0,      kMegabyte, kMegabyte, 100, 40 * kMegabyte};
  const auto channel = Fork(1, [&sizes](Channel& worker) {
    for (size_t i = 0; i < sizes.size(); ++i) worker.Send(kCoordinatorRank, Next(worker));
  });
  for (const size_t size : sizes) channel->Send(1, Pattern(size, static_cast<uint8_t>(size)));
  for (const size_t size : sizes) {
    EXPECT_TRUE(Next(*channel) == Pattern(size, static_cast<uint8_t>(size))) << size;
  }
}

TEST(ForkedWorkersTest, LargeMessagesBothWaysAtOnceDoNotWaitForEachOther) {
  const auto work = [](Channel& worker) {
    for (int i = 0; i < 3; ++i) worker.Send(kCoordinatorRank, Pattern(30 * kMegabyte));
    for (int i = 0; i < 3; ++i) {
      if (Next(worker) != Pattern(30 * kMegabyte)) _exit(1);
    }
    worker.Send(kCoordinatorRank, {});
  };
  const auto channel = Fork(2, work);
  for (int i = 0; i < 3; ++i) {
    channel->Send(1, Pattern(30 * kMegabyte));
    channel->Send(2, Pattern(30 * kMegabyte));
  }
  std::map<size_t, int> sizes;
  for (int i = 0; i < 8; ++i) ++sizes[Next(*channel).size()];
  EXPECT_EQ(sizes, (std::map<size_t, int>{{0, 2}, {30 * kMegabyte, 6}}));
}

TEST(ForkedWorkersTest, AnEndIsToldAfterTheLastMessageWithItsSignal) {
  const auto channel = Fork(1, [](Channel& worker) {
    LeaveNoCore();
    for (uint8_t i = 0; i < 3; ++i) worker.Send(kCoordinatorRank, {i});
    raise(SIGSEGV);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // so that the worker is dead
  EXPECT_FALSE(channel->IsGone(1)) << "its messages are still to come";
  for (uint8_t i = 0; i < 3; ++i) EXPECT_EQ(Next(*channel), Bytes{i});
  const PeerEnd end = NextEnd(*channel);
  EXPECT_EQ(end.rank, 1);
  EXPECT_EQ(end.how, "its process was ended by SIGSEGV");
  EXPECT_TRUE(channel->IsGone(1));
  channel->Send(1, Pattern(kMegabyte));  // is lost
  EXPECT_FALSE(channel->Receive().has_value());
  EXPECT_FALSE(channel->TakeEnded().has_value());
}

TEST(ForkedWorkersTest, HalfAMessageOfAWorkerThatDiedIsDropped) {
  const auto work = [](Channel& worker) {
    if (worker.rank() == 2) WaitForEver();
    worker.Send(kCoordinatorRank, Pattern(1'000'000));  // more than the socket takes
    _exit(3);
  };
  const auto channel = Fork(2, work, std::chrono::milliseconds(50));
  const PeerEnd end = NextEnd(*channel);
  EXPECT_EQ(end.rank, 1);
  EXPECT_EQ(end.how, "its process ended with exit status 3");
}

TEST(ForkedWorkersTest, AStoppedWorkerKeepsNobodyWaitingAndIsKilledAtTheEnd) {
  auto channel = Fork(2, [](Channel& worker) {
    if (worker.rank() == 1) raise(SIGSTOP);
    worker.Send(kCoordinatorRank, {7});
  });
  for (int i = 0; i < 10; ++i) channel->Send(1, Pattern(10 * kMegabyte));
  EXPECT_EQ(Next(*channel), Bytes{7});
  EXPECT_EQ(NextEnd(*channel).rank, 2);
  channel.reset();  // within the two minutes that a worker has to end
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ForkedWorkersTest, AWorkerThatDoesNotEndIsKilled) {
  auto channel = Fork(
      1, [](Channel&) { WaitForEver(); }, std::chrono::milliseconds(50));
  channel.reset();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ForkedWorkersTest, AWorkerThatClosesItsFilesIsKilledSinceItCannotBeHeard) {
  const auto channel = Fork(1, [](Channel&) {
    for (int fd = 3; fd < 100; ++fd) close(fd);
    WaitForEver();
  });
  EXPECT_EQ(NextEnd(*channel).rank, 1);
}

TEST(ForkedWorkersTest, WorkersDieWithTheirCoordinatorAlsoStoppedOnes) {
  std::array<int, 2> alive{};  // open for writing in every process that lives
  ASSERT_EQ(pipe(alive.data()), 0);
  const pid_t coordinator = fork();
  if (coordinator == 0) {
    close(alive[0]);
    const auto channel = Fork(3, [](Channel& worker) {
      worker.Send(kCoordinatorRank, {1});
      if (worker.rank() == 1) raise(SIGSTOP);
      WaitForEver();
    });
    for (int i = 0; i < 3; ++i) Next(*channel);
    if (write(alive[1], "x", 1) != 1) _exit(1);
    WaitForEver();
  }
  close(alive[1]);
  char byte = 0;
  EXPECT_EQ(read(alive[0], &byte, 1), 1);  // all three run
  kill(coordinator, SIGKILL);
  EXPECT_EQ(read(alive[0], &byte, 1), 0);  // all are gone
  waitpid(coordinator, nullptr, 0);
  close(alive[0]);
}

/// What ForkWorkers complains about in a process of its own, prepared by `prepare`; also fails
/// where it leaves a worker.
std::string Complaint(int64_t workers, const std::function<void()>& prepare) {
  std::array<int, 2> said{};
  EXPECT_EQ(pipe(said.data()), 0);
  const pid_t process = fork();
  if (process == 0) {
    prepare();
    std::string what = "none";
    try {
      const auto channel = Fork(workers, [](Channel&) { WaitForEver(); });
      channel->Leave(0);
    } catch (const ResourceError& error) {
      what = error.what();
    }
    if (waitpid(-1, nullptr, WNOHANG) != -1) what = "a worker is left";
    _exit(write(said[1], what.data(), what.size()) < 0 ? 1 : 0);
  }
  close(said[1]);
  std::string what(1000, '\0');
  what.resize(static_cast<size_t>(std::max<ssize_t>(0, read(said[0], what.data(), what.size()))));
  close(said[0]);
  waitpid(process, nullptr, 0);
  return what;
}

TEST(ForkedWorkersTest, TooFewOpenFilesAreSaidWithTheNumberThatIsNeeded) {
  const auto what = Complaint(50, [] {
    const rlimit few{.rlim_cur = 40, .rlim_max = 40};
    setrlimit(RLIMIT_NOFILE, &few);
  });
  EXPECT_THAT(what, AllOf(HasSubstr(" of 50 cannot be started: Too many open files"),
                          HasSubstr("ulimit -n 114"), HasSubstr("fewer workers")));
}

TEST(ForkedWorkersTest, TooFewProcessesAreSaid) {
  const auto what = Complaint(50, [] {
    const rlimit few{.rlim_cur = 1, .rlim_max = 1};
    setrlimit(RLIMIT_NPROC, &few);
    // For root there is no such limit.
    if (getuid() == 0 && setresuid(65'533, 65'533, 65'533) != 0) _exit(1);
  });
  EXPECT_THAT(what, AllOf(HasSubstr("worker 1 of 50 cannot be started: "), HasSubstr("ulimit -u"),
                          HasSubstr("fewer workers")));
}

TEST(ForkedWorkersTest, FiveHundredWorkersAreWithinASmallLimitOfOpenFilesWhichTheyKeep) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  if (before.rlim_max < 600) GTEST_SKIP() << "this system allows " << before.rlim_max << " files";
  const rlimit small{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &small), 0);
  auto channel = Fork(500, [](Channel& worker) {
    rlimit mine{};
    getrlimit(RLIMIT_NOFILE, &mine);
    worker.Send(kCoordinatorRank, {static_cast<uint8_t>(mine.rlim_cur)});
    Next(worker);
  });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(Next(*channel), Bytes{64});
  for (int64_t worker = 1; worker <= 500; ++worker) channel->Send(worker, {});
  channel.reset();
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace lrsweep
