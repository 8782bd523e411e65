#include "platform/child_processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace lrsweep {
namespace {

using testing::IsEmpty;

constexpr auto kLimit = std::chrono::seconds(20);

/// Starts a process that does nothing but to start `others` in sessions of their own.
pid_t Start(int others) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  for (int i = 0; i < others; ++i) {
    if (fork() == 0) {
      setsid();
      break;
    }
  }
  for (;;) pause();
}

TEST(ChildProcessesTest, AllThatAChildHasStartedIsEnded) {
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const pid_t child = Start(3);
  ASSERT_THAT(ChildrenOf("self"), testing::Contains(child));
  while (ChildrenOf(std::to_string(child)).size() < 3) usleep(1000);
  EndChildren({}, kLimit);
  EXPECT_THAT(ChildrenOf("self"), IsEmpty());
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST(ChildProcessesTest, OthersAreLeftAlone) {
  const pid_t other = Start(0);
  const pid_t child = Start(0);
  EndChildren({other}, kLimit);
  EXPECT_THAT(ChildrenOf("self"), testing::ElementsAre(other));
  EXPECT_NE(kill(child, 0), 0);
  EndChildren({}, kLimit);
}

TEST(ChildProcessesTest, AProcessThatIsGoneHasNone) {
  const pid_t child = Start(0);
  EndChildren({}, kLimit);
  EXPECT_THAT(ChildrenOf(std::to_string(child)), IsEmpty());
}

}  // namespace
}  // namespace lrsweep
