#include "worker/command/child_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

std::string WhyNotFound(const std::string& name, const Environment& environment) {
  try {
    return FindProgram(name, environment);
  } catch (const ProgramNotStarted& error) {
    return error.what();
  }
}

TEST(FindProgramTest, SearchesThePathOfTheProgramsEnvironment) {
  const TempFolder folder;
  const std::string there = folder.Write("there", "");
  folder.Write("plain", "");
  std::filesystem::permissions(there, std::filesystem::perms::owner_all);
  const Environment path{{"PATH", "/nowhere:" + folder.path().string()}};
  EXPECT_EQ(FindProgram("there", path), there);
  EXPECT_EQ(FindProgram(there, {}), there);
  EXPECT_EQ(FindProgram("sh", {}), "/usr/bin/sh");
  EXPECT_EQ(WhyNotFound("python17", path), "python17: no such program on PATH");
  EXPECT_EQ(WhyNotFound("plain", path), "plain: on PATH, but not executable (chmod +x)");
  EXPECT_EQ(WhyNotFound(folder / "plain", path),
            (folder / "plain").string() + ": not executable (chmod +x)");
  EXPECT_THAT(WhyNotFound("./none", path), HasSubstr("./none: no such program (from the folder /"));
  EXPECT_THAT(WhyNotFound(folder.path(), path), HasSubstr("no such program"));
  EXPECT_EQ(WhyNotFound("", path), "the program's name is empty");
}

/// A child with what it wrote; the test fails where it runs for more than ten seconds.
class Child {
 public:
  explicit Child(std::vector<std::string> arguments, const Environment& environment = {}) {
    arguments.insert(arguments.begin(), LRSWEEP_TEST_PROGRAM);
    BecomeSubreaper();
    process_.emplace(arguments, environment, -1);
  }
  ChildProcess& operator*() { return *process_; }

  /// Its output until it ends.
  std::string Output() {
    std::string text;
    for (int i = 0; i < 1000 && !process_->HasEnded(); ++i) {
      Read(text);
      usleep(10'000);
    }
    EXPECT_TRUE(process_->HasEnded());
    Read(text);
    return text;
  }

 private:
  void Read(std::string& text) {
    std::array<char, 4096> buffer{};
    for (ssize_t count = 1; count > 0;) {
      count = read(process_->out(), buffer.data(), buffer.size());
      if (count > 0) text.append(buffer.data(), static_cast<size_t>(count));
    }
  }

  std::optional<ChildProcess> process_;
};

TEST(ChildProcessTest, PassesArgumentsAsTheyAre) {
  Child child({"arguments", "a b", "$(touch x)", "'\"\\", "", "\n", "é"});
  EXPECT_EQ(child.Output(), "[a b]\n[$(touch x)]\n['\"\\]\n[]\n[\n]\n[é]\n");
  EXPECT_EQ((*child).Finish(), 0);
}

TEST(ChildProcessTest, GivesTheEnvironmentAndNothingElse) {
  Child child({"environment"}, {{"A", "1 2"}, {"LRSWEEP_SEED", "3"}});
  EXPECT_EQ(child.Output(), "A=1 2\nLRSWEEP_SEED=3\n");
}

TEST(ChildProcessTest, InheritsNoDescriptorsNorSignals) {
  const int open_here = open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  std::signal(SIGPIPE, SIG_IGN);
  ASSERT_GE(open_here, 0);
  BecomeSubreaper();
  ChildProcess child({"sh", "-c", "ls /proc/$$/fd; exec grep -E 'Sig(Blk|Ign)' /proc/self/status"},
                     {{"PATH", "/usr/bin:/bin"}}, -1);
  for (int i = 0; i < 1000 && !child.HasEnded(); ++i) usleep(10'000);
  std::array<char, 4096> buffer{};
  const ssize_t count = read(child.out(), buffer.data(), buffer.size());
  ASSERT_GT(count, 0);
  EXPECT_EQ(std::string(buffer.data(), static_cast<size_t>(count)),
            "0\n1\n2\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  close(open_here);
}

TEST(ChildProcessTest, TellsOfItsEndAndOfItsStatus) {
  Child child({"exit", "7"});
  if ((*child).end_fd() >= 0) {
    pollfd end{(*child).end_fd(), POLLIN, 0};
    EXPECT_EQ(poll(&end, 1, 10'000), 1);
  }
  EXPECT_EQ(child.Output(), "");
  EXPECT_EQ(WEXITSTATUS((*child).Finish()), 7);
}

TEST(ChildProcessTest, LeavesOtherChildrenOfThisProcess) {
  const pid_t other = fork();
  if (other == 0) {
    sleep(60);
    _exit(0);
  }
  {
    Child child({"sleep", "60"});
    EXPECT_FALSE((*child).HasEnded());
    (*child).ReapOrphans();
  }
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0);
  kill(other, SIGKILL);
  EXPECT_EQ(waitpid(other, nullptr, 0), other);
}

TEST(ChildProcessTest, SaysWhyAFileCannotBeExecuted) {
  const TempFolder folder;
  const auto why = [&folder](const std::string& content) -> std::string {
    const std::string file = folder.Write("program", content);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    try {
      const ChildProcess child({file}, {}, -1);
      return "it runs";
    } catch (const ProgramNotStarted& error) {
      return error.what();
    }
  };
  EXPECT_THAT(why("echo 1\n"), HasSubstr("neither a program for this machine nor a script"));
  EXPECT_THAT(why("#!/no/python\n"), HasSubstr("the interpreter in its #! line, does not exist"));
  try {
    const ChildProcess child({"sh", std::string(10'000'000, 'x')}, {}, -1);
    ADD_FAILURE();
  } catch (const ProgramNotStarted& error) {
    EXPECT_THAT(error.what(), HasSubstr("too long; pass {params_file}"));
  }
}

}  // namespace
}  // namespace lrsweep
