// Exports of a sweep of a user's program, whose metrics have names that paths and tools must bear.
#include "tests/support/program_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/program.h"
#include "views/exports/charts.h"
#include "views/exports/mlflow.h"
#include "views/exports/tables.h"
#include "views/exports/tensorboard.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class ProgramExportTest : public ProgramSweepFixture {
 protected:
  static std::string Read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  fs::path MlflowRun(const Store& store, const std::string& id, const RunOptions& options = {}) {
    fs::create_directory(folder_ / "out");
    WriteMlflow(store, folder_ / "out", "/mlruns", options);
    return fs::directory_iterator(folder_ / "out")->path() / id;
  }
  static constexpr const char* kId = "b000000000000010";
};

TEST_F(ProgramExportTest, TheTableOfEpochsHasAColumnForEachMetric) {
  std::ostringstream out;
  WriteTable(TrainedProgramSweep(), {.format = "csv", .table = "epochs"}, out);
  EXPECT_THAT(out.str(),
              StartsWith("trial_id,epoch,steps_done,lr,grad.norm,ppl,val/top-1,weight_decay_loss,"
                         "wall_seconds,trained_by\n"
                         "b000000000000010,5,20,0.1,49382.712,35.0,,8.75e-07,1.5,\n"
                         "b000000000000010,10,40,0.1,24691.356,30.0,60.0,1.75e-06,1.5,\n"));
}

TEST_F(ProgramExportTest, TheTableOfTrialsHasItsParametersOfBothKinds) {
  std::ostringstream out;
  WriteTable(TrainedProgramSweep(), {.format = "jsonl", .table = "trials"}, out);
  EXPECT_THAT(out.str(), AllOf(HasSubstr(R"("params.model.width":"64")"),
                               HasSubstr(R"("params.model.width":"wide")"),
                               HasSubstr(R"("trial.command":["python","train.py","{args}"])")));
}

TEST_F(ProgramExportTest, MlflowGetsTheMetricsWhereTheyWereReported) {
  const fs::path run = MlflowRun(TrainedProgramSweep(), kId, {.step_points = 0});
  EXPECT_THAT(Read(run / "metrics/val/top-1"), MatchesRegex("[0-9]{13} 60 10\n[0-9]{13} 80 20\n"));
  EXPECT_THAT(Read(run / "metrics/ppl"), HasSubstr(" 35 5\n"));
  EXPECT_TRUE(fs::exists(run / "metrics/step/lr"));
  EXPECT_FALSE(fs::exists(run / "metrics/step/loss"));  // nobody reported it
}

TEST_F(ProgramExportTest, MlflowsFilesStayInTheirFolderWhateverAMetricIsCalled) {
  Store store = CreateProgramSweep(ProgramTrials());
  BeginProgram(store, kId);
  Metrics metrics = {{kAccuracy, 1}};
  for (const char* name : {"../../../escaped", "/tmp/absolute", "a", "a/b", "step", "..", "c//d"}) {
    metrics[name] = 0.5;
  }
  store.AddEpoch(kId, ProgramEpoch(1, 0, metrics));
  store.EndAttempt(kId, TrialState::kCompleted, "");
  const fs::path run = MlflowRun(store, kId, {.step_points = 0});
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(run / "metrics")) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), run / "metrics"));
  }
  EXPECT_THAT(files, UnorderedElementsAre("_.__.__._escaped", "_/tmp/absolute", "a", "a_b", "step",
                                          "_.", "c/_/d", "val/top-1", "lr", "momentum", "step_lr",
                                          "step_momentum"));
  EXPECT_FALSE(fs::exists(folder_ / "escaped"));
}

TEST_F(ProgramExportTest, MetricsWhoseNamesBecomeOneHaveFilesOfTheirOwnInEveryRun) {
  Store store = CreateProgramSweep(ProgramTrials());
  const std::string other = ProgramTrials().back().id;
  const auto report = [&store](const std::string& id, const Metrics& metrics) {
    BeginProgram(store, id);
    store.AddEpoch(id, ProgramEpoch(1, 0, metrics));
    store.EndAttempt(id, TrialState::kCompleted, "");
  };
  report(kId, {{kAccuracy, 80}, {"f=1", 1}, {"f_1", 2}});
  report(other, {{kAccuracy, 90}, {"f_1", 3}, {"val_top-1", 4}, {"learning_rate", 5}});
  const fs::path run = MlflowRun(store, kId);
  EXPECT_THAT(Read(run / "metrics/f_1"), HasSubstr(" 1 1\n"));
  EXPECT_THAT(Read(run / "metrics/f_1-2"), HasSubstr(" 2 1\n"));
  EXPECT_THAT(Read(run.parent_path() / other / "metrics/f_1-2"), HasSubstr(" 3 1\n"));
  std::set<std::string> names;
  for (const Chart& chart : DrawCharts(store, store.Sweep().objective, {})) {
    EXPECT_TRUE(names.insert(chart.name).second) << chart.name;
  }
  for (const char* name : {"val_top-1", "val_top-1-2", "learning_rate", "learning_rate-2"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST_F(ProgramExportTest, TensorBoardGetsTheMetricsUnderTheirNames) {
  fs::create_directory(folder_ / "tb");
  WriteTensorBoard(TrainedProgramSweep(), folder_ / "tb", {});
  const ProgramResult read =
      RunShell("python3 " LRSWEEP_SOURCE_DIR "/tests/views/exports/read_events.py '" +
               (folder_ / "tb").string() + "'");
  ASSERT_EQ(read.status, 0) << read.output;
  const nlohmann::json runs = nlohmann::json::parse(read.output);
  EXPECT_EQ(runs.size(), 9U);
  EXPECT_THAT(read.output, AllOf(HasSubstr("val/top-1"), HasSubstr("grad.norm"),
                                 Not(HasSubstr("val_accuracy")), Not(HasSubstr("train_loss"))));
}

TEST_F(ProgramExportTest, EveryMetricIsDrawnInItsOwnUnit) {
  const Store store = TrainedProgramSweep();
  std::map<std::string, std::string> charts;
  std::string all;
  for (const Chart& chart : DrawCharts(store, store.Sweep().objective, {})) {
    charts[chart.name] = chart.svg;
    all += chart.svg;
  }
  for (const char* name : {"val_top-1", "ppl", "grad.norm", "weight_decay_loss", "learning_rate",
                           "by_learning_rate", "axis_width", "axis_augment", "convergence"}) {
    EXPECT_TRUE(charts.contains(name)) << name;
  }
  EXPECT_THAT(all, AllOf(Not(HasSubstr("nats")), Not(HasSubstr("nan")), Not(HasSubstr("val_"))));
  EXPECT_THAT(charts["convergence"], HasSubstr("epochs to val/top-1 86.75"));
}

}  // namespace
}  // namespace lrsweep
