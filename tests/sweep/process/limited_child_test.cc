#include "sweep/process/limited_child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds kLong(30000);
constexpr milliseconds kShort(100);

TEST(LimitedChildTest, GivesStatusAndOutput) {
  const ChildEnd end = RunLimited(
      [] {
        std::fputs("out", stdout);
        std::fflush(stdout);
        std::fputs("err", stderr);
        return 3;
      },
      kLong);
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(end.output, "outerr");
  EXPECT_FALSE(end.timed_out);
  EXPECT_FALSE(end.Succeeded());
}

TEST(LimitedChildTest, AnExceptionIsItsMessage) {
  const ChildEnd end = RunLimited([]() -> int { throw std::runtime_error("no luck"); }, kLong);
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.output, "no luck");
}

TEST(LimitedChildTest, ACrashIsItsSignal) {
  const ChildEnd end = RunLimited(
      [] {
        signal(SIGSEGV, SIG_DFL);  // a sanitizer would catch it
        raise(SIGSEGV);
        return 0;
      },
      kLong);
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_EQ(end.status, -1);
}

TEST(LimitedChildTest, WhatHangsIsKilledWithAllThatItHasStarted) {
  TempFolder folder;
  const std::string file = (folder / "pids").string();
  const ChildEnd end = RunProgramLimited(
      {"sh", "-c", "trap '' TERM; sleep 1000 & echo $! > \"$0\"; echo begun; wait", file},
      milliseconds(1000));
  EXPECT_TRUE(end.timed_out);
  EXPECT_EQ(end.output, "begun\n");
  pid_t sleeper = 0;
  std::ifstream(file) >> sleeper;
  ASSERT_GT(sleeper, 0);
  // Killed, but its zombie stays until init collects it.
  for (int i = 0; i < 3000; ++i) {
    std::ifstream stat("/proc/" + std::to_string(sleeper) + "/stat");
    std::string pid, name, state;
    if (!(stat >> pid >> name >> state) || state == "Z") return;
    std::this_thread::sleep_for(milliseconds(10));
  }
  FAIL() << sleeper << " lives";
}

TEST(LimitedChildTest, WhatItLeavesRunningDoesNotKeepTheCallerWaiting) {
  const ChildEnd end =
      RunProgramLimited({"sh", "-c", "sleep 1000 & echo done; exit 0"}, std::chrono::hours(1));
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.output, "done\n");
}

TEST(LimitedChildTest, AMissingProgramIsStatus127) {
  EXPECT_EQ(RunProgramLimited({"no-such-program-of-lrsweep"}, kLong).status, 127);
}

TEST(LimitedChildTest, HasNoInput) { EXPECT_EQ(RunProgramLimited({"cat"}, kLong).status, 0); }

TEST(LimitedChildTest, ALongOutputIsCut) {
  const ChildEnd end = RunProgramLimited({"sh", "-c", "head -c 3000000 /dev/zero"}, kLong);
  EXPECT_EQ(end.status, 0);
  EXPECT_GE(end.output.size(), 1U << 20);
  EXPECT_LT(end.output.size(), 1500000U);
}

TEST(LimitedChildTest, ItIsOfAnotherProcessGroup) {
  const ChildEnd end = RunLimited([] { return getpgrp() == getpid() ? 0 : 1; }, kLong);
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(RunLimited([] { return 0; }, kShort).timed_out, false);
}

}  // namespace
}  // namespace lrsweep
