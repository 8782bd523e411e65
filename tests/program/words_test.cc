// What the program says around small and odd results: counts of one, ties, a sweep that diverged,
// commands to paste.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "tests/support/run_fixture.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class WordsTest : public RunTest {
 protected:
  /// s.yaml becomes a sweep of the small images with this training and this schedule.
  void Write(const std::string& training, const std::string& scheduler,
             const std::string& more = "") {
    folder_.Write("s.yaml", "name: s\ndataset: {name: " + images_.path().string() +
                                "}\nmodel: {hidden: [4]}\ntraining: " + training +
                                "\noptimizer: {lr: 0.1}\nscheduler: " + scheduler + "\n" + more);
  }
  std::string FirstId() const {
    return Sql("SELECT trial_id FROM trials ORDER BY number LIMIT 1").substr(0, 16);
  }
};

TEST_F(WordsTest, ACountOfOneIsSingular) {
  Write("{epochs: 1, batch_size: 100000}", "{type: ConstantLR, factor: 1}");
  std::string all = Run(0, "--engine cpu --verbose").output;
  ASSERT_THAT(all, HasSubstr("1 of 1 trial completed"));
  const std::string id = FirstId();
  std::string compare = "compare s.db ";
  compare.append(id).append(" ").append(id);
  for (const std::string& command :
       {std::string("plan s.yaml"), std::string("preview s.yaml"), std::string("top s.db"),
        std::string("top --by group --verdict --effects s.db"), std::string("status s.db"),
        std::string("status --watch s.db"), "show s.db " + id, compare,
        std::string("compare s.db s.db"), std::string("verify --all s.db"),
        std::string("report s.db"), std::string("export s.db --to csv"),
        std::string("run s.yaml")}) {
    all.append("$ ").append(command).append("\n").append(Lrsweep(command).output);
  }
  const std::regex plural(
      R"([^0-9.,]1 (trials|epochs|steps|groups|seeds|schedules|workers|values|pairs|points)\b.*)");
  std::smatch found;
  EXPECT_FALSE(std::regex_search(all, found, plural)) << found.str() << "\nin\n" << all;
  EXPECT_THAT(all, AllOf(HasSubstr("1 epoch of 1 step"), HasSubstr("1 epoch done")));
}

TEST_F(WordsTest, ATieIsSaidAndNotDecided) {
  // Rates so small that no image changes its class.
  Write("{epochs: 1, batch_size: 64}", "{type: ConstantLR, factor: {grid: [1.0e-20, 2.0e-20]}}");
  EXPECT_THAT(Run(0, "--engine cpu").output, HasSubstr(" (1 other trial has the same value)\n"));
  EXPECT_THAT(Run(0, "").output, HasSubstr(" (1 other trial has the same value)\n"));
  EXPECT_THAT(Lrsweep("top s.db").output,
              HasSubstr("Places 1 to 2 have the same value: their order is that of their ids.\n"));
  EXPECT_THAT(Lrsweep("top s.db --limit 1").output, HasSubstr("Places 1 to 2 have the same value"));
  EXPECT_THAT(Lrsweep("top s.db --by group").output,
              HasSubstr("Places 1 to 2 have the same mean: their order is that of their ids.\n"));
  EXPECT_THAT(Lrsweep("top s.db --scope best --by group").output,
              HasSubstr("Places 1 to 2 have the same mean"));
  EXPECT_THAT(Lrsweep("top s.db --scope best").output, HasSubstr("Places 1 to 2 have the same"));
  EXPECT_THAT(Lrsweep("status s.db").output, HasSubstr(" (1 other trial has the same value)"));
  EXPECT_EQ(Lrsweep("report s.db").status, 0);
  EXPECT_THAT(folder_.Read("report.html"), HasSubstr("(1 other group has the same mean)"));
}

TEST_F(WordsTest, WithoutATieNothingIsSaidOfOne) {
  Write("{epochs: 3, batch_size: 64}", "{type: ConstantLR, factor: {grid: [1.0e-20, 1.0]}}");
  std::string all = Run(0, "--engine cpu").output;
  all += Lrsweep("top s.db").output + Lrsweep("top --by group s.db").output +
         Lrsweep("status s.db").output;
  EXPECT_THAT(all, Not(HasSubstr("same")));
}

TEST_F(WordsTest, ASweepThatDivergedSaysSoAndEndsWell) {
  Write("{epochs: 3, batch_size: 16}",
        "{type: StepLR, step_size: 1, gamma: {grid: [1.0e30, 1.0e31]}, interval: step}");
  const auto result = Run(0, "--engine cpu");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(
      result.output,
      AllOf(HasSubstr("0 of 2 trials completed in"), HasSubstr(", 2 diverged; the database"),
            HasSubstr("every trial that ended diverged"), Not(HasSubstr("\nbest: "))));
  EXPECT_THAT(Lrsweep("status s.db").output,
              HasSubstr("no trial has a value: all that have ended diverged"));
  EXPECT_EQ(Lrsweep("status --exit-code s.db").status, 0);
}

TEST_F(WordsTest, WithoutMemoryItSaysWhatWasAskedFor) {
  Write("{epochs: 1, batch_size: 64}", "{type: ConstantLR, factor: 1}");
  for (const std::string engine : {LRSWEEP_ENGINES}) {
    std::string command =
        "ulimit -v 4000000; " LRSWEEP_PROGRAM " run s.yaml --set model.hidden=[32768,32768]";
    command.append(" --engine ").append(engine).append(" --db ").append(engine).append(".db");
    const auto result = RunShell(InFolder(command));
    EXPECT_EQ(result.status, 1) << result.output;
    EXPECT_THAT(
        result.output,
        AllOf(HasSubstr("failed: out of memory: model.hidden [32768,32768] is a network of "),
              HasSubstr(" GB, a batch of 64 images (training.batch_size) "),
              Not(HasSubstr("bad_alloc"))));
  }
}

TEST_F(WordsTest, CommandsCanBePasted) {
  Write("{epochs: 1, batch_size: 64}", "{type: ConstantLR, factor: 1}");
  const std::string quoted = "'it'\\''s a $(touch pasted) sweep.db'";
  const auto run = RunShell(InFolder(LRSWEEP_PROGRAM " run s.yaml --engine cpu --db " + quoted));
  ASSERT_EQ(run.status, 0) << run.output;
  const size_t at = run.output.find("the ranking: ");
  ASSERT_NE(at, std::string::npos);
  const auto top = RunShell(InFolder(run.output.substr(at + 13)));
  EXPECT_EQ(top.status, 0) << top.output;
  const std::string id = run.output.substr(run.output.find("best: ") + 6, 16);
  const std::string show = Lrsweep("show " + quoted + " " + id).output;
  EXPECT_THAT(show, AllOf(HasSubstr("lrsweep show --config " + quoted + " " + id),
                          HasSubstr("lrsweep verify " + quoted + " " + id)));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "pasted"));
}

}  // namespace
}  // namespace lrsweep
