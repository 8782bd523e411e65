// The program's commands that train nothing, run as a user would.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CliTest : public testing::Test {
 protected:
  ProgramResult Lrsweep(const std::string& arguments) {
    return RunShell("cd " + folder_.path().string() + " && " LRSWEEP_PROGRAM " " + arguments);
  }
  void WriteConfig(const std::string& extra = "") {
    folder_.Write("s.yaml", "name: s\ntraining: {epochs: 2, seed: {grid: [0, 1]}}\n" +
                                std::string("optimizer: {lr: 0.1}\n") +
                                "scheduler: {type: StepLR, step_size: 1}\n" + extra);
  }
  TempFolder folder_;
};

TEST_F(CliTest, HelpAndVersionSucceed) {
  EXPECT_EQ(Lrsweep("--help").status, 0);
  EXPECT_THAT(Lrsweep("run --help").output, HasSubstr("--db"));
  EXPECT_THAT(Lrsweep("--version").output, StartsWith("lrsweep "));
}

TEST_F(CliTest, MistakesInTheCommandAreStatusTwo) {
  EXPECT_EQ(Lrsweep("").status, 2);
  EXPECT_EQ(Lrsweep("paln s.yaml").status, 2);
  EXPECT_EQ(Lrsweep("plan").status, 2);
  EXPECT_EQ(Lrsweep("plan s.yaml --no-such-option").status, 2);
  EXPECT_EQ(Lrsweep("run s.yaml --quiet --verbose").status, 2);
}

TEST_F(CliTest, ReportSaysWhatItCannotShowAndWritesNothing) {
  EXPECT_EQ(Lrsweep("report s.db").status, 2);
  folder_.Write("s.db", "no database");
  const auto result = Lrsweep("report s.db -o r.html");
  EXPECT_EQ(result.status, 74);
  EXPECT_THAT(result.output, HasSubstr("s.db"));
  EXPECT_THAT(Lrsweep("report s.db s.db").output, HasSubstr("named twice"));
  EXPECT_THAT(Lrsweep("report s.db -o s.db").output, HasSubstr("the database itself"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "r.html"));
}

TEST_F(CliTest, PlanShowsEveryTrialWithItsSteps) {
  WriteConfig();
  const auto result = Lrsweep("plan s.yaml");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.output, StartsWith("s: 2 trials\n"));
  EXPECT_THAT(result.output, HasSubstr("1876  StepLR step_size=1 lr=0.1 seed=1"));
}

TEST_F(CliTest, PlanJsonHasCompleteParameters) {
  WriteConfig();
  const auto plan = nlohmann::json::parse(Lrsweep("plan s.yaml --json").output);
  EXPECT_EQ(plan["points"], 2);
  EXPECT_EQ(plan["trials"][1]["seed"], 1);
  EXPECT_EQ(plan["trials"][1]["steps"], 1876);
  EXPECT_EQ(plan["trials"][1]["params"]["training"]["batch_size"], 64);
  EXPECT_EQ(plan["trials"][1]["params"]["scheduler"]["gamma"], 0.1);
}

TEST_F(CliTest, PlanTakesSettings) {
  WriteConfig();
  EXPECT_THAT(Lrsweep("plan s.yaml --set training.seed=7 --set training.epochs=3").output,
              StartsWith("s: 1 trial\n"));
}

TEST_F(CliTest, MistakeInTheConfigurationNamesItsPlaceAndMakesNothing) {
  WriteConfig("modle: {hidden: [3]}\n");
  const auto result = Lrsweep("run s.yaml");
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.output, "lrsweep: s.yaml:5:1: unknown key \"modle\"; did you mean \"model\"?\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
}

TEST_F(CliTest, MissingConfigurationIsStatusTwo) {
  const auto result = Lrsweep("plan nowhere.yaml");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("nowhere.yaml: No such file"));
}

TEST_F(CliTest, DataThatIsNotThereIsStatus74AndMakesNothing) {
  WriteConfig("dataset: {name: ./nowhere}\n");
  const auto result = Lrsweep("run s.yaml");
  EXPECT_EQ(result.status, 74);
  EXPECT_THAT(result.output, HasSubstr("nowhere"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
}

TEST_F(CliTest, SchedulesExplainsEveryParameterOfEveryType) {
  const auto types = nlohmann::json::parse(Lrsweep("schedules --json").output);
  ASSERT_GE(types.size(), 17U);
  for (const auto& type : types) {
    const auto name = type["name"].get<std::string>();
    SCOPED_TRACE(name);
    const std::string help = Lrsweep("schedules " + name).output;
    ASSERT_GE(type["parameters"].size(), 3U);  // interval and warmup among them
    for (const auto& parameter : type["parameters"]) {
      EXPECT_THAT(help, HasSubstr("\n  " + parameter["name"].get<std::string>() + " "));
      EXPECT_THAT(help, HasSubstr(parameter["help"].get<std::string>() + "\n"));
      EXPECT_THAT(help, HasSubstr(" " + parameter["expected"].get<std::string>() + "\n"));
    }
  }
}

TEST_F(CliTest, EveryTypesExampleIsAConfigurationThatBuilds) {
  const auto types = nlohmann::json::parse(Lrsweep("schedules --json").output);
  ASSERT_GE(types.size(), 17U);
  for (const auto& type : types) {
    SCOPED_TRACE(type["example"]);
    folder_.Write("s.yaml",
                  "name: s\ntraining: {epochs: 40}\noptimizer: {lr: 0.1}\nscheduler:\n  - " +
                      type["example"].get<std::string>() + "\n");
    const auto result = Lrsweep("plan s.yaml");  // builds every schedule for the run's length
    EXPECT_EQ(result.status, 0) << result.output;
  }
}

TEST_F(CliTest, SchedulesListsAndExplainsTheNamesOfOtherLibraries) {
  for (const std::string library : {"transformers", "timm"}) {
    const auto names = nlohmann::json::parse(Lrsweep("schedules --json --of " + library).output);
    ASSERT_GE(names.size(), 9U);
    const std::string list = Lrsweep("schedules --of " + library).output;
    for (const auto& one : names) {
      const auto name = one["name"].get<std::string>();
      SCOPED_TRACE(name);
      EXPECT_TRUE(name.starts_with(library + "."));
      EXPECT_THAT(list, HasSubstr(name + " (per "));
      EXPECT_THAT(Lrsweep("schedules " + name).output,
                  HasSubstr("\n  " + one["means"].get<std::string>() + "\n"));
      // The example and what it means are the same trial.
      const auto plan_of = [&](const std::string& entry) {
        folder_.Write("s.yaml",
                      "name: s\ntraining: {epochs: 40}\noptimizer: {lr: 0.1}\nscheduler:\n  - " +
                          entry + "\n");
        const auto result = Lrsweep("plan s.yaml");
        EXPECT_EQ(result.status, 0) << result.output;
        return result.output;
      };
      EXPECT_EQ(plan_of(one["example"]), plan_of(one["means"]));
    }
  }
}

TEST_F(CliTest, SrunWithoutPmixIsExplained) {
  WriteConfig();
  const auto result = RunShell("cd " + folder_.path().string() +
                               " && SLURM_STEP_NUM_TASKS=4 " LRSWEEP_PROGRAM " run s.yaml");
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.output, HasSubstr("srun --mpi=pmix"));
}

}  // namespace
}  // namespace lrsweep
