// What outlives a worker that is killed: nothing.
#include "worker/command/guard.h"

#include <sys/wait.h>

#include <csignal>

#include "tests/worker/command/executor_fixture.h"

namespace lrsweep {
namespace {

class GuardTest : public ExecutorTest {
 protected:
  /// Starts a process that executes the trial, as a worker does.
  pid_t StartWorker(const std::vector<std::string>& arguments) {
    const pid_t worker = fork();
    if (worker != 0) return worker;
    Run(arguments);
    _exit(0);
  }

  bool WaitForFile(const std::string& name) const {
    for (int i = 0; i < 1000 && TextOf(name).empty(); ++i) usleep(10'000);
    return !TextOf(name).empty();
  }
};

TEST_F(GuardTest, EndsProgramsWithWhatTheyStartedWhenTheWorkerIsKilled) {
  const pid_t worker = StartWorker({"daemon", "child", "touch", "ready", "ignore", "sleep", "600"});
  ASSERT_TRUE(WaitForFile("ready"));
  const pid_t daemon = PidIn("daemon.pid");
  const pid_t child = PidIn("child.pid");
  EXPECT_TRUE(IsRunning(daemon));
  EXPECT_TRUE(IsRunning(child));
  kill(worker, SIGKILL);
  EXPECT_EQ(waitpid(worker, nullptr, 0), worker);
  EXPECT_TRUE(WaitForEnd(daemon));
  EXPECT_TRUE(WaitForEnd(child));
}

TEST_F(GuardTest, EndsWithItsWorker) {
  pid_t guard = 0;
  {
    const Guard one;
    guard = one.pid();
    one.Watch(0);
    EXPECT_TRUE(IsRunning(guard));
    EXPECT_EQ(one.mark().size(), 32);
    EXPECT_NE(Guard().mark(), one.mark());
  }
  EXPECT_FALSE(IsRunning(guard));
}

TEST_F(GuardTest, IsNoPartOfTheProgramsOutput) {
  EXPECT_EQ(Run({"environment", "print", R"(lrsweep {"val_accuracy": 1})"}), "");
  EXPECT_THAT(TextOf("output.log"), testing::HasSubstr("LRSWEEP_GUARD="));
}

}  // namespace
}  // namespace lrsweep
