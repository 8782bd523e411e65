// The report's data of a sweep of a user's program, which reports some metrics at some epochs.
#include "tests/support/program_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "views/report/report_data.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class ProgramReportTest : public ProgramSweepFixture {
 protected:
  static json Data(const std::vector<ReportSource>& sources, const ReportOptions& options = {}) {
    return json::parse(MakeReportData(sources, options).json);
  }
  json Data() const {
    std::vector<ReportSource> sources;
    sources.push_back({"sweep.db", Store::Open(db_)});
    return Data(sources);
  }
};

TEST_F(ProgramReportTest, HasItsMetricsTheRankingOneFirst) {
  TrainedProgramSweep().Close();
  const json data = Data();
  const json& metrics = data["metrics"];
  ASSERT_EQ(metrics.size(), 4U);
  EXPECT_EQ(metrics[0], json({{"name", kAccuracy},
                              {"label", kAccuracy},
                              {"max", true},
                              {"ordered", true},
                              {"from_0", false},
                              {"share", false}}));
  EXPECT_EQ(metrics[1]["name"], kNorm);
  EXPECT_EQ(metrics[1]["ordered"], false);
  EXPECT_EQ(data["objective"]["share"], false);
  EXPECT_EQ(data["sweeps"][0]["of_program"], true);
  EXPECT_TRUE(data["sweeps"][0]["validation_images"].is_null());
  EXPECT_THAT(data["sweeps"][0]["answer"].dump(), Not(HasSubstr("points")));
}

TEST_F(ProgramReportTest, CurvesAreOfTheEpochsThatWereReported) {
  TrainedProgramSweep().Close();
  const json data = Data();
  EXPECT_EQ(data["epochs"]["kept"], json({5, 10, 15, 20}));
  EXPECT_EQ(data["epochs"]["thinned"], false);
  EXPECT_EQ(data["epochs"]["metrics"][kAccuracy][0], json({nullptr, 60, nullptr, 80}));
  EXPECT_EQ(data["epochs"]["metrics"][kPerplexity][0], json({35, 30, 25, 20}));
  EXPECT_EQ(data["trials"]["steps"][0], kStepsPerEpoch);
  EXPECT_TRUE(data["steps"]["loss"][0].is_null());  // nobody reported it
  EXPECT_EQ(data["steps"]["rates"].size(), 1U);
}

TEST_F(ProgramReportTest, ThinningKeepsTheEpochsThatRank) {
  std::vector<Trial> trials;
  for (int64_t i = 0; i < 400; ++i) {
    trials.push_back(ProgramTrial("b" + std::to_string(1000 + i), "a" + std::to_string(1000 + i), 0,
                                  Value(i), "none"));
  }
  Store store = CreateProgramSweep(trials);
  for (const Trial& trial : trials) {  // 250 epochs, of which every seventh has the accuracy
    BeginProgram(store, trial.id);
    for (int64_t epoch = 1; epoch <= 250; ++epoch) {
      Metrics metrics = {{kPerplexity, 9}};
      if (epoch % 7 == 0) metrics[kAccuracy] = 50;
      store.AddEpoch(trial.id, ProgramEpoch(epoch, epoch - 1, std::move(metrics)));
    }
    store.EndAttempt(trial.id, TrialState::kCompleted, "");
  }
  store.Close();
  const json epochs = Data()["epochs"];
  EXPECT_EQ(epochs["thinned"], true);
  for (const json& epoch : epochs["kept"]) EXPECT_EQ(epoch.get<int64_t>() % 7, 0);
  EXPECT_EQ(epochs["kept"].front(), 7);
  EXPECT_EQ(epochs["kept"].back(), 245);
}

TEST_F(ProgramReportTest, BesideTheBuiltInModelOnlyWhatHoldsForBothIsSaid) {
  Store program = CreateProgramSweep(ProgramTrials(), {kValAccuracy, "max", "last"});
  for (const Trial& trial : ProgramTrials()) {
    BeginProgram(program, trial.id);
    program.AddEpoch(trial.id, ProgramEpoch(1, 0, {{kValAccuracy, 93}}));
    program.EndAttempt(trial.id, TrialState::kCompleted, "");
  }
  program.Close();
  std::filesystem::rename(db_, folder_ / "program.db");
  Store built_in = CreateSweep({MakeTrial("aa"), MakeTrial("bb")});
  Complete(built_in, "aa", {0.5});
  Complete(built_in, "bb", {0.75});
  built_in.Close();
  std::vector<ReportSource> sources;
  sources.push_back({"sweep.db", Store::Open(db_)});
  sources.push_back({"program.db", Store::Open(folder_ / "program.db")});
  const json data = Data(sources);
  EXPECT_EQ(data["metrics"][0]["name"], kValAccuracy);
  EXPECT_EQ(data["metrics"][0]["share"], false);
  EXPECT_EQ(data["metrics"][0]["label"], kValAccuracy);
  EXPECT_EQ(data["trials"]["value"][0], 0.5);
  EXPECT_EQ(data["trials"]["value"][2], 93);
}

}  // namespace
}  // namespace lrsweep
