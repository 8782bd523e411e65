// `lrsweep log` and `lrsweep clean`: what the programs of trials print, and what they leave on
// disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "results/database_file.h"
#include "tests/support/program.h"
#include "tests/support/program_sweep.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kMistake = 2;

/// Has a sweep of which one trial has ended, one runs, and the others are to come.
class TrialFilesTest : public ProgramSweepFixture {
 protected:
  TrialFilesTest() : store_(CreateProgramSweep(ProgramTrials())) {
    CompleteProgram(store_, kOver, 80);
    BeginProgram(store_, kRunning);
    store_.Commit();
    WriteFile(kOver, "output.log", "\x1b[31mred\x1b[0m\nlast\n");
    WriteFile(kOver, "output.previous.log", "first\n");
    WriteFile(kOver, "ckpt-3.pt", std::string(1000, 'x'));
    WriteFile(kRunning, "output.log", "begun\n");
  }

  ProgramResult Lrsweep(const std::string& words) const { return RunShell(Command(words)); }
  /// As if from a terminal, at which `typed` is typed.
  ProgramResult OnTerminal(const std::string& words, const std::string& typed) const {
    return RunShell("printf '" + typed + "' | TERM=xterm timeout 60 script -qec \"" +
                    Command(words) + "\" /dev/null");
  }
  std::string Command(const std::string& words) const {
    return "cd '" + folder_.path().string() + "' && " LRSWEEP_PROGRAM " " + words;
  }
  fs::path FolderOf(const std::string& id) const { return TrialFolderOf(db_, id); }

  static constexpr const char* kOver = "b000000000000010";
  static constexpr const char* kRunning = "b000000000000011";
  static constexpr const char* kPending = "b000000000000012";
  Store store_;
};

/// Lines of a program that runs beside the test.
class Lines {
 public:
  explicit Lines(const std::string& command) : pipe_(popen(command.c_str(), "r")) {
    if (pipe_ == nullptr) throw std::runtime_error("no shell");
  }
  ~Lines() {
    if (pipe_ != nullptr) pclose(pipe_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// The next line; empty at the end.
  std::string Next() {
    std::array<char, 4096> line{};
    return fgets(line.data(), line.size(), pipe_) == nullptr ? "" : line.data();
  }
  int Status() {
    const int status = pclose(pipe_);
    pipe_ = nullptr;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  FILE* pipe_;
};

TEST_F(TrialFilesTest, LogPrintsEveryByteOfTheOutputInItsOrder) {
  const auto result = Lrsweep("log sweep.db B000000000000010");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "first\n\x1b[31mred\x1b[0m\nlast\n");
}

TEST_F(TrialFilesTest, LogSendsNoControlCharactersToATerminal) {
  const auto result = OnTerminal("log sweep.db b000000000000010", "");
  EXPECT_THAT(result.output, HasSubstr("first\r\n^[[31mred^[[0m\r\nlast\r\n"));
}

TEST_F(TrialFilesTest, LogSaysWhyThereIsNothing) {
  const std::string pending = std::string("log sweep.db ") + kPending;
  EXPECT_THAT(Lrsweep(pending).output,
              HasSubstr("lrsweep: trial b000000000000012 has printed nothing yet\n"));
  EXPECT_EQ(Lrsweep(pending + " 2>/dev/null").output, "");
  const std::string over = std::string("log sweep.db ") + kOver;
  fs::remove(FolderOf(kOver) / "output.log");
  fs::remove(FolderOf(kOver) / "output.previous.log");
  EXPECT_THAT(Lrsweep(over).output, HasSubstr("has printed nothing\n"));
  fs::remove_all(FolderOf(kOver));
  EXPECT_THAT(Lrsweep(over).output, HasSubstr("has no output: there is no folder /"));
  EXPECT_EQ(Lrsweep(over).status, 0);
}

TEST_F(TrialFilesTest, LogOfTheBuiltInModelIsAMistake) {
  const auto built_in = folder_ / "b.db";
  store_.Close();
  fs::rename(db_, folder_ / "p.db");
  CreateSweep({MakeTrial("aa")}).Close();
  fs::rename(db_, built_in);
  const auto result = Lrsweep("log b.db aa");
  EXPECT_EQ(result.status, kMistake);
  EXPECT_THAT(result.output, HasSubstr("of the built-in model, which prints nothing"));
}

TEST_F(TrialFilesTest, FollowingEndsWithTheTrialAndHasItsLastWords) {
  Lines lines(Command(std::string("log -f sweep.db ") + kRunning));
  EXPECT_EQ(lines.Next(), "begun\n");
  std::ofstream(FolderOf(kRunning) / "output.log", std::ios::app) << "more\n";
  EXPECT_EQ(lines.Next(), "more\n");
  fs::rename(FolderOf(kRunning) / "output.log", FolderOf(kRunning) / "output.previous.log");
  WriteFile(kRunning, "output.log", "anew\n");
  EXPECT_EQ(lines.Next(), "anew\n");
  std::ofstream(FolderOf(kRunning) / "output.log", std::ios::app) << "no newline";
  store_.EndAttempt(kRunning, TrialState::kFailed, "exit status 1");
  store_.Commit();
  EXPECT_EQ(lines.Next(), "no newline");
  EXPECT_EQ(lines.Next(), "");
  EXPECT_EQ(lines.Status(), 0);
}

TEST_F(TrialFilesTest, FollowingEndsWithAnInterruptAndWithItsReader) {
  const std::string log = std::string("log --follow sweep.db ") + kRunning;
  EXPECT_EQ(RunShell("cd '" + folder_.path().string() + "'; timeout -s INT 2 " LRSWEEP_PROGRAM " " +
                     log + "; echo $?")
                .output,
            "begun\n124\n");  // timeout's own: it had to send the signal
  EXPECT_EQ(RunShell("cd '" + folder_.path().string() + "'; timeout 60 " LRSWEEP_PROGRAM " " + log +
                     " | head -n 1")
                .output,
            "begun\n");
}

TEST_F(TrialFilesTest, CleanRemovesWhatIsOverAndKeepsWhatIsNeeded) {
  WriteFile("notes", "mine.txt", "no trial's");
  const auto result = Lrsweep("clean --yes sweep.db");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(
      result.output,
      AllOf(HasSubstr("removed 1 folder, 1.02 kB, in "), HasSubstr("/sweep.db.trials\n"),
            HasSubstr("1 trial is not over: kept, to go on with (--all removes that too)\n")));
  EXPECT_FALSE(fs::exists(FolderOf(kOver)));
  EXPECT_TRUE(fs::exists(FolderOf(kRunning) / "output.log"));
  EXPECT_TRUE(fs::exists(FolderOf("notes") / "mine.txt"));
  EXPECT_THAT(Lrsweep("clean --yes sweep.db").output, HasSubstr("nothing to remove in /"));
}

TEST_F(TrialFilesTest, CleanAsksOnATerminalAndIsAMistakeWithoutOne) {
  const auto blind = Lrsweep("clean sweep.db </dev/null");
  EXPECT_EQ(blind.status, kMistake);
  EXPECT_THAT(blind.output, HasSubstr("nothing is removed without --yes"));
  const auto no = OnTerminal("clean sweep.db", "n\\n");
  EXPECT_THAT(
      no.output,
      AllOf(HasSubstr("Remove output, parameters and kept checkpoints of 1 trial (1.02 kB)"),
            HasSubstr("[y/N]"), HasSubstr("nothing is removed")));
  EXPECT_TRUE(fs::exists(FolderOf(kOver)));
  EXPECT_THAT(OnTerminal("clean sweep.db", "yes\\n").output, HasSubstr("removed 1 folder"));
  EXPECT_FALSE(fs::exists(FolderOf(kOver)));
}

TEST_F(TrialFilesTest, CleanRemovesAllOnlyWhereNobodyTrains) {
  const auto running = Lrsweep("clean --yes --all sweep.db");
  EXPECT_EQ(running.status, kMistake);
  EXPECT_THAT(running.output, HasSubstr("the sweep is running, and --all would remove what it"));
  EXPECT_TRUE(fs::exists(FolderOf(kRunning)));
  store_.Close();
  EXPECT_THAT(Lrsweep("clean --yes --all sweep.db").output, HasSubstr("removed 2 folders"));
  EXPECT_FALSE(fs::exists(TrialsFolderOf(db_)));
}

TEST_F(TrialFilesTest, CleanFollowsNoLinks) {
  fs::create_directory(folder_ / "elsewhere");
  folder_.Write("elsewhere/data", "mine");
  fs::create_directory_symlink(folder_ / "elsewhere", FolderOf(kOver) / "data");
  EXPECT_EQ(Lrsweep("clean --yes sweep.db").status, 0);
  EXPECT_TRUE(fs::exists(folder_ / "elsewhere/data"));

  fs::rename(TrialsFolderOf(db_), folder_ / "moved");
  fs::create_directory_symlink(folder_ / "moved", TrialsFolderOf(db_));
  const auto result = Lrsweep("clean --yes sweep.db");
  EXPECT_EQ(result.status, kMistake);
  EXPECT_THAT(result.output, HasSubstr("is a link, which is not followed"));
}

}  // namespace
}  // namespace lrsweep
