#include "sweep/process/process_identity.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace lrsweep {
namespace {

/// A sleeping child process and its identity.
class Sleeper {
 public:
  Sleeper() {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      const ProcessIdentity self = ThisProcess();
      const ssize_t sent = write(ends[1], &self.start_time, sizeof self.start_time);
      if (sent > 0) pause();
      _exit(0);
    }
    identity_ = ThisProcess();
    identity_.pid = pid_;
    if (read(ends[0], &identity_.start_time, sizeof identity_.start_time) <= 0) {
      throw std::runtime_error("no answer");
    }
    close(ends[0]);
    close(ends[1]);
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  /// Kills it without waiting for it, so that it becomes a zombie.
  void Kill() const {
    kill(pid_, SIGKILL);
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void Wait() const { waitpid(pid_, nullptr, 0); }
  const ProcessIdentity& identity() const { return identity_; }

 private:
  pid_t pid_ = 0;
  ProcessIdentity identity_;
};

TEST(ProcessIdentityTest, AProcessThatLivesIsNotGone) {
  EXPECT_FALSE(IsGone(ThisProcess()));
  EXPECT_FALSE(IsGone(Sleeper().identity()));
}

TEST(ProcessIdentityTest, AKilledProcessIsGoneBeforeItsParentTakesNotice) {
  const Sleeper sleeper;
  sleeper.Kill();
  EXPECT_TRUE(IsGone(sleeper.identity()));
  sleeper.Wait();
  EXPECT_TRUE(IsGone(sleeper.identity()));
}

TEST(ProcessIdentityTest, AnotherProcessOfTheSameNumberIsAnotherOne) {
  ProcessIdentity earlier = ThisProcess();
  --earlier.start_time;
  EXPECT_TRUE(IsGone(earlier));
}

TEST(ProcessIdentityTest, OfAnotherMachineNothingIsCertain) {
  EXPECT_FALSE(IsGone({"elsewhere", 999'999'999, 1}));
  EXPECT_FALSE(IsGone({"", 999'999'999, 1}));
}

}  // namespace
}  // namespace lrsweep
