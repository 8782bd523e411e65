#include "views/exports/mlflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

// scripts/test-exports reads the store with MLflow itself.
class MlflowTest : public SweepFixture {
 protected:
  fs::path Experiment(const Store& store, const RunOptions& options = {}) {
    fs::create_directory(folder_ / "out");
    WriteMlflow(store, folder_ / "out", "/a folder/mlruns", options);
    return fs::directory_iterator(folder_ / "out")->path();
  }
  static std::string Read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
};

TEST_F(MlflowTest, ATrialIsARun) {
  Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1), MakeTrial("bb", "StepLR", 0.5)});
  Complete(store, "aa", {0.5, 0.75});
  const fs::path experiment = Experiment(store);
  const std::string id = experiment.filename();
  EXPECT_THAT(Read(experiment / "meta.yaml"),
              HasSubstr("artifact_location: \"file:///a%20folder/mlruns/" + id + "\"\n"));
  EXPECT_THAT(Read(experiment / "meta.yaml"), HasSubstr("\nname: \"a-sweep\"\n"));
  const std::string meta = Read(experiment / "aa" / "meta.yaml");
  EXPECT_THAT(meta, HasSubstr("\nrun_id: \"aa\"\nrun_name: \"StepLR gamma=0.1\"\n"));
  EXPECT_THAT(meta, HasSubstr("\nstatus: 3\n"));
  EXPECT_EQ(Read(experiment / "aa/params/scheduler.gamma"), "0.1");
  EXPECT_EQ(Read(experiment / "aa/params/optimizer.type"), "SGD");
  EXPECT_THAT(Read(experiment / "aa/metrics/val_accuracy"),
              MatchesRegex("[0-9]{13} 0.5 1\n[0-9]{13} 0.75 2\n"));
  EXPECT_EQ(Read(experiment / "aa/tags/mlflow.runName"), "StepLR gamma=0.1");
  EXPECT_FALSE(fs::exists(experiment / "bb"));  // has not begun
}

TEST_F(MlflowTest, ATrialThatWasTrainedAsAnotherOneIsAWholeRun) {
  Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.1), MakeTrial("bb", "StepLR", 0.5)});
  Complete(store, "aa", {0.5, 0.75});
  store.ShareEpochs("aa", "bb", 2);
  store.EndTrial("bb", TrialState::kCompleted, "");
  const fs::path experiment = Experiment(store);
  for (const char* metric : {"val_accuracy", "train_loss", "lr", "momentum"}) {
    const std::string values = Read(experiment / "bb/metrics" / metric);
    EXPECT_THAT(values, MatchesRegex("[0-9]{13} .* 1\n[0-9]{13} .* 2\n"));
    EXPECT_EQ(values, Read(experiment / "aa/metrics" / metric));  // times included
  }
  EXPECT_THAT(Read(experiment / "bb/meta.yaml"), HasSubstr("\nstatus: 3\n"));
}

TEST_F(MlflowTest, ATrialOfASearchHasItsPlaceInItAsTags) {
  Store store = CreateSweep({MakeTrial("aa")});
  store.AddDecided({{{MakeTrial("bb", "StepLR", 0.5), 7, "p", 2, 1, 3}}, {"bb"}});
  Complete(store, "aa", {0.5});
  Complete(store, "bb", {0.5, 0.75});
  const fs::path experiment = Experiment(store);
  EXPECT_FALSE(fs::exists(experiment / "aa/tags/budget"));
  EXPECT_EQ(Read(experiment / "bb/tags/point"), "p");
  EXPECT_EQ(Read(experiment / "bb/tags/budget"), "2");
  EXPECT_EQ(Read(experiment / "bb/tags/rung"), "1");
  EXPECT_EQ(Read(experiment / "bb/tags/bracket"), "3");
  EXPECT_EQ(Read(experiment / "bb/tags/promoted"), "true");
}

TEST_F(MlflowTest, ParametersOfNestedSchedulesAreParameters) {
  Trial trial = MakeTrial("aa");
  SetAt(trial.params, "scheduler.schedulers", List{Map{{"type", "StepLR"}, {"gamma", 0.25}}});
  Store store = CreateSweep({trial});
  Complete(store, "aa", {0.5});
  const fs::path params = Experiment(store) / "aa/params";
  EXPECT_EQ(Read(params / "scheduler.schedulers.0.gamma"), "0.25");
  EXPECT_EQ(Read(params / "scheduler.schedulers"), R"([{"gamma":0.25,"type":"StepLR"}])");
}

TEST_F(MlflowTest, DivergedTrialsFailedAndTheirLossesAreNan) {
  Store store = CreateSweep({MakeTrial("aa")});
  Diverge(store, "aa");
  const fs::path experiment = Experiment(store);
  EXPECT_THAT(Read(experiment / "aa/metrics/train_loss"), MatchesRegex("[0-9]{13} nan 1\n"));
  EXPECT_THAT(Read(experiment / "aa/meta.yaml"), HasSubstr("\nstatus: 4\n"));
}

TEST_F(MlflowTest, StepsAreMetricsWhereAskedFor) {
  Store store = CreateSweep({MakeTrial("aa")});
  Complete(store, "aa", {0.5});
  EXPECT_THAT(Read(Experiment(store, {.step_points = 0}) / "aa/metrics/step/loss"),
              MatchesRegex("[0-9]{13} 0.5 0\n[0-9]{13} 0.25 1\n"));
}

TEST_F(MlflowTest, NamesStayInTheFolderAndTextIsNoYaml) {
  Trial trial = MakeTrial("aa", "x: [\n\"y\"", 0.1);
  SetAt(trial.params, "optimizer.type", "two\nlines");
  trial.params.emplace("../../escape", 1.5);
  Store store = CreateSweep({trial});
  Complete(store, "aa", {0.5});
  const fs::path experiment = Experiment(store);
  EXPECT_THAT(Read(experiment / "aa/meta.yaml"), HasSubstr("run_name: \"x: [\\n\\\"y\\\"\"\n"));
  EXPECT_EQ(Read(experiment / "aa/params/_._.._escape"), "1.5");
  EXPECT_EQ(Read(experiment / "aa/params/optimizer.type"), "two lines");
}

}  // namespace
}  // namespace lrsweep
