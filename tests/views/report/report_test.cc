#include "views/report/report.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "params/errors.h"
#include "tests/support/sweep_fixture.h"
#include "views/report/page.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ReportTest : public SweepFixture {
 protected:
  /// Two groups, of which one has two seeds, and a trial that diverged.
  void MakeSweep() {
    Trial twin = MakeTrial("bb", "StepLR", 0.5, 1);
    Trial other = MakeTrial("cc", "StepLR", 0.1);
    other.group_id = "other";
    Trial diverging = MakeTrial("dd", "CyclicLR", 1.0);
    diverging.group_id = "diverging";
    Store store = CreateSweep({MakeTrial("aa", "StepLR", 0.5), twin, other, diverging});
    Complete(store, "aa", {0.8, 0.9});
    Complete(store, "bb", {0.85, 0.94});
    Complete(store, "cc", {0.7, 0.95});
    Diverge(store, "dd");
    store.Close();
  }

  std::vector<ReportSource> Sources() const {
    std::vector<ReportSource> sources;
    sources.push_back({"sweep.db", Store::Open(db_)});
    return sources;
  }

  json Data(const ReportOptions& options = {}) const {
    return json::parse(MakeReportData(Sources(), options).json);
  }

  std::string Refusal(const ObjectiveOptions& objective = {}) const {
    try {
      MakeReportData(Sources(), {.objective = objective});
    } catch (const std::invalid_argument& refusal) {
      return refusal.what();
    }
    return "nothing is refused";
  }

  static std::string Content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(ReportTest, HasEveryTrialWithItsPlaceAndItsCurves) {
  MakeSweep();
  const json data = Data();
  EXPECT_EQ(data["trials"]["id"], json({"aa", "bb", "cc", "dd"}));
  EXPECT_EQ(data["trials"]["place"], json({3, 2, 1, 4}));
  EXPECT_EQ(data["trials"]["value"], json({0.9, 0.94, 0.95, nullptr}));
  EXPECT_EQ(data["epochs"]["metrics"]["val_accuracy"][2], json({0.7, 0.95}));
  EXPECT_EQ(data["epochs"]["metrics"]["train_loss"][3], json::array({nullptr}));  // of NaN
  EXPECT_EQ(data["steps"]["loss"][0]["n"], 4);
  EXPECT_EQ(data["steps"]["rates"].size(), 2U);  // of four steps, and of the two before diverging
}

TEST_F(ReportTest, SummarizesGroupsOverTheirSeeds) {
  MakeSweep();
  const json groups = Data()["groups"];
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0]["place"], 2);
  EXPECT_EQ(groups[0]["n"], 2);
  EXPECT_DOUBLE_EQ(groups[0]["mean"], 0.92);
  // 0.92 - 12.7062047361747 * 0.02: Student's t for one degree of freedom, sd / sqrt(2) = 0.02
  EXPECT_NEAR(groups[0]["low"], 0.6658759052765061, 1e-9);
  EXPECT_EQ(groups[1]["place"], 1);
  EXPECT_FALSE(groups[1].contains("low"));
  EXPECT_EQ(groups[2]["diverged"], 1);
  EXPECT_EQ(groups[2]["sound"], false);
  EXPECT_FALSE(groups[2].contains("mean"));
}

TEST_F(ReportTest, AnswersInSentences) {
  MakeSweep();
  const json sweep = Data()["sweeps"][0];
  EXPECT_EQ(sweep["answer"][0],
            "Best of 3 groups is StepLR gamma=0.1, with val_accuracy 0.9500 from one seed.");
  EXPECT_GE(sweep["answer"].size(), 2U);
  EXPECT_FALSE(sweep["importance"]["parameters"].empty());
}

TEST_F(ReportTest, QuotesTheTestImagesWhereOthersChose) {
  std::vector<Trial> trials = {MakeTrial("aa", "StepLR", 0.5), MakeTrial("bb", "StepLR", 0.5, 1),
                               MakeTrial("cc", "StepLR", 0.1)};
  trials[2].group_id = "other";
  for (Trial& trial : trials) trial.params["dataset"] = Map{{"validation", int64_t{10}}};
  Store store = CreateSweep(trials);
  for (const auto& [id, val, test] :
       {std::tuple("aa", 0.9, 0.8), std::tuple("bb", 0.8, 0.7), std::tuple("cc", 0.7, 0.95)}) {
    Begin(store, id);
    EpochRecord record = MakeEpoch(1, val);
    record.metrics[kTestLoss] = 1 - test;
    record.metrics[kTestAccuracy] = test;
    store.AddEpoch(id, record);
    store.EndAttempt(id, TrialState::kCompleted, "");
  }
  store.Close();
  const json data = Data();
  EXPECT_EQ(data["trials"]["test"], json({0.8, 0.7, 0.95}));
  EXPECT_EQ(data["sweeps"][0]["test_metric"], "test_accuracy");
  EXPECT_EQ(data["sweeps"][0]["answer"][1],
            "It was chosen by val_accuracy on held-back training images; on the test images its "
            "test_accuracy is 0.7500 on average.");
}

TEST_F(ReportTest, WithoutHeldBackImagesNothingIsQuoted) {
  MakeSweep();
  const json data = Data();
  EXPECT_EQ(data["sweeps"][0]["test_metric"], nullptr);
  EXPECT_EQ(data["trials"]["test"], json({nullptr, nullptr, nullptr, nullptr}));
  for (const json& sentence : data["sweeps"][0]["answer"]) {
    EXPECT_THAT(sentence, Not(HasSubstr("test")));
  }
}

TEST_F(ReportTest, SaysWhichEpochsTrialsShareAndCountsThemOnce) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb"), MakeTrial("cc"), MakeTrial("dd")});
  Begin(store, "bb");
  for (int64_t epoch = 1; epoch <= 4; ++epoch) store.AddEpoch("bb", MakeEpoch(epoch, 0.5));
  store.ShareEpochs("bb", "cc", 3);
  store.ShareEpochs("bb", "aa", 2);
  store.EndTrial("aa", TrialState::kCompleted, "");
  store.EndAttempt("bb", TrialState::kCompleted, "");
  Complete(store, "dd", {0.6});
  store.Close();
  const json lineage = Data()["lineage"];
  // aa, the first, is the one that the others name, though bb was trained.
  EXPECT_EQ(lineage["named"], json({"aa", "bb"}));
  EXPECT_EQ(lineage["trained_by"], json({nullptr, {{0, 2}}, {{0, 2}, {1, 3}}, nullptr}));
  EXPECT_EQ(lineage["epochs_recorded"], 10);
  EXPECT_EQ(lineage["epochs_trained"], 5);
  EXPECT_EQ(lineage["seconds_recorded"], 15.0);
  EXPECT_EQ(lineage["seconds_trained"], 7.5);
}

TEST_F(ReportTest, WithoutSharedEpochsBothSumsAreEqual) {
  MakeSweep();
  const json lineage = Data()["lineage"];
  EXPECT_EQ(lineage["trained_by"], json::array());
  EXPECT_EQ(lineage["epochs_recorded"], 7);
  EXPECT_EQ(lineage["epochs_trained"], 7);
  EXPECT_EQ(lineage["seconds_recorded"], lineage["seconds_trained"]);
}

TEST_F(ReportTest, NamesTheParametersThatDiffer) {
  MakeSweep();
  const json axes = Data()["axes"];
  ASSERT_EQ(axes.size(), 2U);
  EXPECT_EQ(axes[0]["name"], "gamma");
  EXPECT_EQ(axes[0]["values"], json({"0.1", "0.5", "1.0"}));
  EXPECT_EQ(axes[0]["codes"], json({1, 1, 0, 2}));
  EXPECT_EQ(axes[1]["path"], "training.seed");
}

TEST_F(ReportTest, ShowsSeveralDatabasesTogether) {
  MakeSweep();
  std::vector<ReportSource> sources = Sources();
  sources.push_back({"again.db", Store::Open(db_)});
  const json data = json::parse(MakeReportData(sources, {}).json);
  EXPECT_EQ(data["sweeps"].size(), 2U);
  EXPECT_EQ(data["trials"]["sweep"], json({0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(data["groups"].size(), 6U);
}

TEST_F(ReportTest, RefusesWhatHasNothingToCompare) {
  Store store = CreateSweep({MakeTrial("aa"), MakeTrial("bb")});
  EXPECT_THAT(Refusal(), HasSubstr("no trial has finished yet"));
  Complete(store, "aa", {0.5});
  store.Commit();
  EXPECT_THAT(Refusal(), HasSubstr("one trial has finished"));
  Complete(store, "bb", {0.6});
  store.Commit();
  EXPECT_EQ(Refusal(), "nothing is refused");
  EXPECT_THAT(Refusal({.metric = "f1"}), HasSubstr("f1"));
}

TEST_F(ReportTest, ReplacesTheFileAsAWhole) {
  MakeSweep();
  const fs::path path = folder_ / "report.html";
  std::ofstream(path) << "old";
  WriteReport(path, Sources(), {});
  const std::string page = Content(path);
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}),
            2);  // the database and the page
}

TEST_F(ReportTest, RefusesAFolderThatCannotBeWritten) {
  MakeSweep();
  EXPECT_THROW(WriteReport(folder_ / "nowhere" / "report.html", Sources(), {}), ResourceError);
  EXPECT_THROW(WriteReport(folder_.path(), Sources(), {}), ResourceError);
  EXPECT_THROW(WriteReport("/dev/null", Sources(), {}), ResourceError);
}

TEST_F(ReportTest, KeepsASymbolicLinkAndReplacesWhatItNames) {
  MakeSweep();
  std::ofstream(folder_ / "real.html") << "old";
  fs::create_symlink("real.html", folder_ / "link.html");
  WriteReport(folder_ / "link.html", Sources(), {});
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.html"));
  EXPECT_TRUE(Content(folder_ / "real.html").starts_with("<!DOCTYPE html>"));
}

TEST(ReportPageTest, TextCannotLeaveItsPlace) {
  const std::string page =
      MakePage("</title><script>alert(1)</script>",
               R"({"name": "</script><img onerror=alert(1) src=x>{{SCRIPT}}"})");
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr(R"("\u003c/script>\u003cimg onerror=alert(1) src=x>{{SCRIPT}}")"));
}

TEST(ReportPageTest, NothingIsLoadedFromElsewhere) {
  const std::string page = MakePage("a", "{}");
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(page, Not(HasSubstr("src=\"")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
}

}  // namespace
}  // namespace lrsweep
