#include "views/exports/charts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "params/errors.h"
#include "tests/support/sweep_fixture.h"
#include "views/exports/export.h"
#include "views/exports/output.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

class ChartsTest : public SweepFixture {
 protected:
  /// Two groups of two seeds each, and one trial that diverged.
  Store FiveTrials() const {
    const auto trial = [](const std::string& id, const std::string& group, double gamma,
                          int64_t seed) {
      Trial made = MakeTrial(id, "StepLR", gamma, seed);
      made.group_id = group;
      return made;
    };
    Store store = CreateSweep({trial("aa", "g1", 0.1, 0), trial("bb", "g1", 0.1, 1),
                               trial("cc", "g2", 0.5, 0), trial("dd", "g2", 0.5, 1),
                               trial("ee", "g3", 0.9, 0)});
    Complete(store, "aa", {0.5, 0.7});
    Complete(store, "bb", {0.6, 0.8});
    Complete(store, "cc", {0.7, 0.9});
    Complete(store, "dd", {0.8, 0.85});
    Diverge(store, "ee");
    return store;
  }
  static std::map<std::string, std::string> Draw(const Store& store,
                                                 const Objective& objective = {}) {
    std::map<std::string, std::string> charts;
    for (const Chart& chart : DrawCharts(store, objective, {})) charts[chart.name] = chart.svg;
    return charts;
  }
};

TEST_F(ChartsTest, EveryMainChartIsDrawn) {
  std::vector<std::string> names;
  for (const auto& [name, svg] : Draw(FiveTrials())) {
    names.push_back(name);
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << name;
    EXPECT_THAT(svg, Not(HasSubstr("inf"))) << name;
  }
  EXPECT_THAT(names, UnorderedElementsAre("learning_rate", "train_loss", "val_loss", "val_accuracy",
                                          "by_learning_rate", "axis_gamma", "convergence"));
}

TEST_F(ChartsTest, SampleSizesAreSaid) {
  auto charts = Draw(FiveTrials());
  EXPECT_THAT(charts["val_accuracy"], HasSubstr(">1. StepLR gamma=0.5 (n = 2)</text>"));
  EXPECT_THAT(charts["val_accuracy"], HasSubstr(">3. StepLR gamma=0.9 (n = 1, 1 diverged)</text>"));
  EXPECT_THAT(charts["by_learning_rate"], HasSubstr(">StepLR (n = 4)</text>"));
  EXPECT_THAT(charts["axis_gamma"], HasSubstr(">n = 2</text>"));
}

TEST_F(ChartsTest, ConvergenceIsToWhatHalfOfTheGroupsReach) {
  // The groups' means are 0.75 and 0.875, the upper one of the middle.
  auto charts = Draw(FiveTrials());
  EXPECT_THAT(charts["convergence"], HasSubstr("epochs to val_accuracy 0.875"));
  EXPECT_THAT(charts["convergence"], HasSubstr(">n = 1, 1 never</text>"));  // dd ends at 0.85
  EXPECT_THAT(charts["convergence"], HasSubstr("never reached it."));
}

TEST_F(ChartsTest, MeanEndsWhereASeedDoes) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb", "StepLR", 0.1, 1)});
  Begin(store, "aa");
  store.AddEpoch("aa", MakeEpoch(1, 0.5));
  store.AddEpoch("aa", MakeEpoch(2, 0.6, {0.5F, kNanLoss}));
  store.EndAttempt("aa", TrialState::kStopped, "");
  Complete(store, "bb", {0.5, 0.6, 0.7, 0.8, 0.9});
  auto charts = Draw(store);
  EXPECT_THAT(charts["val_accuracy"], HasSubstr(">2</text>"));
  EXPECT_THAT(charts["val_accuracy"], Not(HasSubstr(">3</text>")));
  EXPECT_THAT(charts["train_loss"], Not(HasSubstr(">2</text>")));
}

TEST_F(ChartsTest, RatesAreThoseOfASeedThatCameToTheEnd) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb", "StepLR", 0.1, 1)});
  Diverge(store, "aa");
  Begin(store, "bb");
  for (int epoch = 1; epoch <= 3; ++epoch) {
    EpochRecord record = MakeEpoch(epoch, 0.5);
    record.rates.lr = {epoch == 2 ? 0.7 : 0.1};
    store.AddEpoch("bb", record);
  }
  store.EndAttempt("bb", TrialState::kCompleted, "");
  auto charts = Draw(store);
  EXPECT_THAT(charts["learning_rate"], HasSubstr(">3.0</text>"));
  EXPECT_THAT(charts["learning_rate"], HasSubstr(">0.7</text>"));
  EXPECT_THAT(charts["by_learning_rate"], HasSubstr(">0.7</text>"));
}

TEST_F(ChartsTest, OnlyTrialsBeyondTheAxisCountAsOutside) {
  std::vector<Trial> trials;
  for (int i = 0; i < 20; ++i) trials.push_back(MakeTrial("t" + std::to_string(i)));
  Store store = CreateSweep(trials);
  for (int i = 0; i < 20; ++i) Complete(store, trials[i].id, {i == 0 ? 0.1 : i < 9 ? 0.9 : 0.99});
  EXPECT_THAT(Draw(store)["by_learning_rate"],
              HasSubstr("1 trial outside of the axis, the worst at 0.1."));
}

TEST_F(ChartsTest, ManyGroupsAreLimitedAndItIsSaid) {
  std::vector<Trial> trials;
  for (int i = 0; i < 80; ++i) {
    trials.push_back(MakeTrial("t" + std::to_string(i), "StepLR", 0.01 * (i + 1)));
    trials.back().group_id = trials.back().id;
  }
  Store store = CreateSweep(trials);
  for (size_t i = 0; i < trials.size(); ++i) {
    Complete(store, trials[i].id, {0.5, 0.5 + 0.001 * static_cast<double>(i)});
  }
  auto charts = Draw(store);
  EXPECT_THAT(charts["val_accuracy"],
              HasSubstr("the best 8 of 80 groups in colour, the next 60 in grey"));
  EXPECT_THAT(charts["axis_gamma"], HasSubstr("The first 40 of 80."));
}

TEST_F(ChartsTest, NothingToDrawIsASentence) {
  Store store = CreateSweep({MakeTrial("aa")});
  EXPECT_THAT([&] { Draw(store); }, ThrowsMessage<ExportError>(HasSubstr("no trial has finished")));
  Diverge(store, "aa");
  EXPECT_THAT([&] { Draw(store); },
              ThrowsMessage<ExportError>(HasSubstr("no trial has a value of val_accuracy")));
}

TEST_F(ChartsTest, FolderHoldsThePicturesAndNothingElse) {
  const Store store = FiveTrials();
  std::ostringstream said;
  Export(store, {.format = "png", .output = (folder_ / "png").string()}, said);
  EXPECT_THAT(said.str(), HasSubstr("  convergence.png\n"));
  for (const auto& entry : fs::directory_iterator(folder_ / "png")) {
    EXPECT_EQ(entry.path().extension(), ".png");
    EXPECT_GT(entry.file_size(), 1000U);
  }
  EXPECT_THROW(Export(store, {.format = "svg", .output = (folder_ / "png").string()}, said),
               ExportError);
  EXPECT_THROW(Export(store, {.format = "svg"}, said), ExportError);
}

TEST_F(ChartsTest, WithoutAConverterItIsSaidWhatToInstall) {
  const Store store = FiveTrials();
  const std::string path = getenv("PATH");
  setenv("PATH", folder_.path().c_str(), 1);
  std::ostringstream said;
  EXPECT_THAT([&] { Export(store, {.format = "png", .output = (folder_ / "png").string()}, said); },
              ThrowsMessage<ResourceError>(HasSubstr("install librsvg2-bin")));
  setenv("PATH", path.c_str(), 1);
  EXPECT_FALSE(fs::exists(folder_ / "png"));
}

}  // namespace
}  // namespace lrsweep
