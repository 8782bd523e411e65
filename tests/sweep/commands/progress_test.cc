#include "sweep/commands/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "tests/support/temp_folder.h"
#include "trial/program.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProgressTest : public testing::Test {
 protected:
  ProgressTest() : out_(std::fopen((folder_ / "out").c_str(), "w")) {
    live_.trial.id = "0123456789abcdef";
    live_.trial.scheduler = "StepLR";
    live_.trial.params = {{"scheduler", Map{{"type", "StepLR"}, {"step_size", 5}}},
                          {"optimizer", Map{{"lr", 0.1}}}};
    live_.epochs = 2;
    live_.epoch = 2;
    live_.curve.values = {0.5, 0.75};
    live_.started = std::chrono::steady_clock::now();
    state_.trials = 3;
    state_.completed = 1;
    record_.epoch = 2;
    record_.rates = {{0.01}, {0.9}};
    record_.metrics = {{kTrainLoss, 0.25}, {kValLoss, 0}, {kValAccuracy, 0}};
  }
  ~ProgressTest() override { std::fclose(out_); }

  std::string Shown(Verbosity verbosity, int64_t trials, TrialState end,
                    const std::string& error = "", bool with_epochs = false) {
    const auto view = MakeProgressView(verbosity, trials, with_epochs, out_);
    view->OnEpoch(state_, live_, record_);
    view->OnTick(state_);
    view->OnTrialEnd(state_, {live_, 0.75, end, error, state_.Ended()});
    view->OnFinish(state_);
    std::fflush(out_);
    return folder_.Read("out");
  }

  TempFolder folder_;
  std::FILE* out_;
  SweepState state_;
  LiveTrial live_;
  EpochRecord record_;
};

TEST_F(ProgressTest, FileGetsALinePerFinishedTrial) {
  const std::string text = Shown(Verbosity::kNormal, 3, TrialState::kCompleted);
  EXPECT_THAT(text, StartsWith("[1/3] 0123456789abcdef completed  val_accuracy 0.7500  "));
  EXPECT_THAT(text, HasSubstr("StepLR step_size=5 lr=0.1\n"));
  EXPECT_THAT(text, Not(HasSubstr("epoch")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(ProgressTest, ALineNamesTheTrialsLengthWhereLengthsDiffer) {
  live_.trial.params["training"] = Map{{"epochs", 2}};
  EXPECT_THAT(Shown(Verbosity::kNormal, 3, TrialState::kCompleted, "", true),
              HasSubstr("StepLR step_size=5 epochs=2 lr=0.1\n"));
}

TEST_F(ProgressTest, VerboseAddsALinePerEpoch) {
  EXPECT_THAT(Shown(Verbosity::kVerbose, 3, TrialState::kCompleted),
              StartsWith("0123456789abcdef epoch 2/2  train_loss 0.2500  val_loss 0.0000  "
                         "val_accuracy 0.0000  lr 0.01  "));
}

TEST_F(ProgressTest, SweepOfOneTrialIsVerbose) {
  EXPECT_THAT(Shown(Verbosity::kNormal, 1, TrialState::kCompleted), HasSubstr("epoch 2/2"));
}

TEST_F(ProgressTest, QuietSaysNothing) {
  EXPECT_EQ(Shown(Verbosity::kQuiet, 1, TrialState::kFailed, "it broke"), "");
}

TEST_F(ProgressTest, FailureIsSaidWithItsError) {
  EXPECT_THAT(Shown(Verbosity::kNormal, 3, TrialState::kFailed, "it broke"),
              HasSubstr("failed: it broke"));
}

TEST_F(ProgressTest, AnEarlyEndIsSaidWithItsReason) {
  EXPECT_THAT(Shown(Verbosity::kNormal, 3, TrialState::kStopped, "the median is better"),
              HasSubstr(" stopped early: the median is better"));
}

TEST_F(ProgressTest, DivergenceIsSaidWithItsEpoch) {
  live_.curve.diverged = true;
  EXPECT_THAT(Shown(Verbosity::kNormal, 3, TrialState::kStopped),
              HasSubstr("stopped: diverged in epoch 2"));
}

TEST_F(ProgressTest, WarningsGoToTheErrorStreamUnlessQuiet) {
  std::FILE* err = std::fopen((folder_ / "err").c_str(), "w");
  for (const Verbosity verbosity : {Verbosity::kQuiet, Verbosity::kNormal}) {
    MakeProgressView(verbosity, 3, false, out_, err)->OnWarning("two workers on a GPU");
  }
  std::fclose(err);
  std::fflush(out_);
  EXPECT_EQ(folder_.Read("err"), "lrsweep: warning: two workers on a GPU\n");
  EXPECT_EQ(folder_.Read("out"), "");
}

/// What the live view draws at last on a terminal of 30 rows and 120 columns.
std::string DrawnOnATerminal(const SweepState& state) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return "no terminal";
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  const winsize size{.ws_row = 30, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
  ioctl(slave, TIOCSWINSZ, &size);
  std::FILE* out = fdopen(slave, "w");
  MakeProgressView(Verbosity::kNormal, state.trials, false, out)->OnFinish(state);
  std::fclose(out);  // then what it was given can be read to its end
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t count = 0; (count = read(master, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<size_t>(count));
  }
  close(master);
  return text;
}

TEST_F(ProgressTest, ATerminalGetsABar) {
  state_.epochs = 10;
  state_.epochs_done = state_.epochs_trained = 4;
  EXPECT_THAT(DrawnOnATerminal(state_),
              AllOf(HasSubstr("[############------------------]  40%  "),
                    HasSubstr("  1 of 3 trials  "), HasSubstr("  4 of 10 epochs  ")));
  state_.epochs_trained = 3;
  EXPECT_THAT(DrawnOnATerminal(state_), HasSubstr("  4 of 10 epochs (3 trained)  "));
  state_.epochs_done = 10;
  EXPECT_THAT(DrawnOnATerminal(state_), HasSubstr("[" + std::string(30, '#') + "] 100%"));
  state_.epochs = state_.epochs_done = 0;
  EXPECT_THAT(DrawnOnATerminal(state_), HasSubstr("[" + std::string(30, '-') + "]   0%"));
}

TEST_F(ProgressTest, ATerminalTellsWhatDivergedFromWhatWasStoppedEarly) {
  state_.stopped = 3;
  EXPECT_THAT(DrawnOnATerminal(state_), HasSubstr("0 diverged, 3 stopped early, 0 failed"));
  state_.diverged = 3;
  EXPECT_THAT(DrawnOnATerminal(state_), HasSubstr("3 diverged, 0 failed"));
}

TEST_F(ProgressTest, ATerminalShowsWhatRanksAProgramInsteadOfALoss) {
  live_.loss = 0.25;
  state_.running.emplace(live_.trial.id, live_);
  EXPECT_THAT(DrawnOnATerminal(state_),
              AllOf(HasSubstr("     loss          lr"), HasSubstr("   0.2500")));
  LiveTrial& live = state_.running.begin()->second;
  live.by.engine = kCommandEngine;
  state_.objective = {"val/top-1", "max", "last"};
  live.curve.values = {61.5, std::nan("")};  // the latest epoch had none
  EXPECT_THAT(DrawnOnATerminal(state_), AllOf(HasSubstr("val/top-1          lr"),
                                              HasSubstr("  61.5000  "), Not(HasSubstr("loss"))));
  live.curve.values.clear();
  EXPECT_THAT(DrawnOnATerminal(state_), HasSubstr("        -  "));
}

TEST_F(ProgressTest, FileGetsEveryMetricOfAnEpoch) {
  record_.metrics = {{"zeta", 3e-6}, {kValAccuracy, 93.5}, {"alpha", std::nan("")}};
  EXPECT_THAT(Shown(Verbosity::kVerbose, 3, TrialState::kCompleted),
              HasSubstr("epoch 2/2  val_accuracy 93.5000  alpha nan  zeta 3.0000e-06  lr 0.01"));
}

TEST_F(ProgressTest, FileIsNoTerminal) { EXPECT_FALSE(FindTerminal(out_).has_value()); }

}  // namespace
}  // namespace lrsweep
