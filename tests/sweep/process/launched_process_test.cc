#include "sweep/process/launched_process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using namespace std::chrono_literals;

TEST(LaunchedProcessTest, WhatHasLeftGroupAndEnvironmentEndsWithIt) {
  const TempFolder folder;
  const std::string pid_file = (folder / "pid").string();
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  // As a worker that is killed: its program's daemon is nobody's child.
  LaunchedProcess launched(
      {.file = "sh",
       .words = {"sh", "-c",
                 "env -i setsid sh -c 'echo $$ > \"" + pid_file + ".part\"; mv \"" + pid_file +
                     ".part\" \"" + pid_file + "\"; sleep 600' & while ! test -e \"" + pid_file +
                     "\"; do sleep 0.01; done; kill -9 $$"},
       .variables = {},
       .has_all_in_group = true},
      10s);
  const auto limit = std::chrono::steady_clock::now() + 30s;
  while (launched.IsRunning() && std::chrono::steady_clock::now() < limit) {
    LaunchedProcess::Wait(10ms);
  }
  ASSERT_FALSE(launched.IsRunning());
  const int daemon = std::atoi(folder.Read("pid").c_str());
  ASSERT_GT(daemon, 0);
  EXPECT_NE(kill(daemon, 0), 0);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace lrsweep
