#include "views/terminal/compare.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CompareTest : public SweepFixture {
 protected:
  static Trial Seeded(const std::string& id, const std::string& group, double gamma, int64_t seed) {
    Trial trial = MakeTrial(id, "StepLR", gamma, seed);
    trial.group_id = group;
    return trial;
  }

  /// Two groups of two seeds: the second is better by 0.125, then by 0.25.
  void MakeGroups() const {
    Store store = CreateSweep({Seeded("aa00", "face0", 0.5, 0), Seeded("aa11", "face0", 0.5, 1),
                               Seeded("bb00", "feed0", 0.25, 0), Seeded("bb11", "feed0", 0.25, 1)});
    Complete(store, "aa00", {0.25, 0.5});
    Complete(store, "aa11", {0.25, 0.5});
    Complete(store, "bb00", {0.25, 0.625});
    Complete(store, "bb11", {0.5, 0.75});
    store.Close();
  }

  std::string Text(const std::vector<std::string>& words) const {
    return CompareText(Selection(words), {});
  }
  json JsonOf(const std::vector<std::string>& words) const {
    return json::parse(CompareJson(Selection(words)));
  }
  std::string ErrorOf(const std::vector<std::string>& words) const {
    try {
      Selection selection(words);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(CompareTest, TrialsShowWhatDiffersAndByHowMuch) {
  MakeGroups();
  const std::string text = Text({db_, "aa0", "BB0"});
  EXPECT_THAT(text, AllOf(HasSubstr("A  aa00  StepLR"), HasSubstr("B  bb00  StepLR"),
                          HasSubstr("parameters that differ  A    B\n"
                                    "scheduler.gamma         0.5  0.25\n"),
                          Not(HasSubstr("training.seed")), Not(HasSubstr("optimizer.lr"))));
  EXPECT_THAT(text, AllOf(HasSubstr("val_accuracy          0.5000  0.6250  +0.1250\n"),
                          HasSubstr("val_loss              0.5000  0.3750  -0.1250\n"),
                          HasSubstr("epochs                     2       2       +0\n")));
}

TEST_F(CompareTest, CurvesAreDrawnOverOneAnother) {
  MakeGroups();
  const std::string text = Text({db_, "aa00", "bb11"});
  EXPECT_THAT(text, AllOf(HasSubstr("\nval_accuracy: 0.25 to 0.75\n"), HasSubstr("     0.75 ┤"),
                          HasSubstr("AAAA"), HasSubstr("BBBB"), HasSubstr("epoch 1"),
                          HasSubstr("lr: 0.1\n")));
}

TEST_F(CompareTest, GroupsAreComparedSeedBySeed) {
  MakeGroups();
  const json groups = JsonOf({db_, "face", "feed"});
  EXPECT_EQ(groups["items"][1]["trials"], json({"bb00", "bb11"}));
  EXPECT_TRUE(groups["items"][1]["trial_id"].is_null());
  EXPECT_EQ(groups["values"][0]["name"], "val_accuracy");
  EXPECT_EQ(groups["values"][0]["values"], json({0.5, 0.6875}));
  EXPECT_EQ(groups["values"][0]["differences"], json({0.0, 0.1875}));
  EXPECT_EQ(groups["differing"], json({{"scheduler.gamma", {"0.5", "0.25"}}}));
  // B is in front; two pairs cannot give a p below 2^(1 - 2).
  const json& by_seed = groups["by_seed"];
  EXPECT_EQ(by_seed["first"]["name"], "B");
  EXPECT_EQ(by_seed["compared"][0]["difference"], 0.1875);
  EXPECT_EQ(by_seed["compared"][0]["seeds"], 2);
  EXPECT_EQ(by_seed["compared"][0]["p"], 0.5);
  EXPECT_THAT(Text({db_, "face", "feed"}),
              AllOf(HasSubstr("group, 2 seeds: means"), HasSubstr("B is in front of A"),
                    HasSubstr("2 seeds can show nothing")));
  EXPECT_THAT(Text({db_, "aa00", "bb00"}), HasSubstr("B's group is in front of A's group"));
}

TEST_F(CompareTest, ATrialCanStandForItsGroup) {
  MakeGroups();
  const json groups = json::parse(CompareJson(Selection({db_, "aa00", "bb00"}, true)));
  EXPECT_EQ(groups, JsonOf({db_, "face", "feed"}));
}

TEST_F(CompareTest, IdsAreReadInAnyCase) {
  MakeGroups();
  EXPECT_EQ(JsonOf({db_, "FACE", "FeEd"}), JsonOf({db_, "face", "feed"}));
  EXPECT_EQ(json::parse(CompareJson(Selection({db_, "AA00", "BB00"}, true))),
            JsonOf({db_, "face", "feed"}));
}

TEST_F(CompareTest, SeedsOfOneGroupHaveNoVerdict) {
  MakeGroups();
  EXPECT_TRUE(JsonOf({db_, "bb00", "bb11"})["by_seed"].is_null());
  EXPECT_THAT(Text({db_, "bb00", "bb11"}), HasSubstr("training.seed           0  1\n"));
}

TEST_F(CompareTest, WordsThatCannotBeComparedAreExplained) {
  MakeGroups();
  EXPECT_THAT(ErrorOf({db_, "aa00"}), HasSubstr("name at least two trials"));
  EXPECT_THAT(ErrorOf({db_}), HasSubstr("or another database"));
  EXPECT_THAT(ErrorOf({db_, db_, db_}), HasSubstr("two at a time"));
  EXPECT_THAT(ErrorOf({db_, "aa00", db_}), HasSubstr("is a file among trials"));
  EXPECT_THAT(ErrorOf({db_.string() + ":aa00", "bb00"}), HasSubstr("trial of no database"));
  EXPECT_THAT(ErrorOf({db_, "aa00", "c"}), HasSubstr(db_.string() + ": no trial begins with 'c'"));
  EXPECT_THAT(ErrorOf({db_, "aa00", "f"}), HasSubstr("several groups begin with 'f'"));
  EXPECT_THROW(Selection({"nowhere.db", "aa", "bb"}), StoreError);
}

TEST_F(CompareTest, EqualDatabasesAgreeInEveryBit) {
  MakeGroups();
  const auto copy = folder_ / "copy.db";
  std::filesystem::copy(db_, copy);
  EXPECT_THAT(Text({db_, copy}), AllOf(HasSubstr("The data are the same.\n"),
                                       HasSubstr("Of 4 trials with epochs in both, all agree in "
                                                 "every bit.\n"),
                                       Not(HasSubstr("Trial by trial"))));
  EXPECT_EQ(JsonOf({db_, copy})["differ"], json::array());
}

TEST_F(CompareTest, DatabasesShowWhichTrialsDifferAndWhoIsBetter) {
  MakeGroups();
  const auto first = folder_ / "first.db";
  std::filesystem::rename(db_, first);
  Store store = CreateSweep({Seeded("aa00", "face0", 0.5, 0), Seeded("aa11", "face0", 0.5, 1),
                             Seeded("cc00", "dada0", 0.1, 0)});
  Complete(store, "aa00", {0.25, 0.5});
  Complete(store, "aa11", {0.25, 0.25});  // had 0.5
  store.Close();
  const json found = JsonOf({first, db_});
  EXPECT_EQ(found["shared"], 2);
  EXPECT_EQ(found["agree"], 1);
  EXPECT_EQ(found["only_in"], json({2, 1}));
  EXPECT_EQ(found["differ"][0]["trial_id"], "aa11");
  EXPECT_EQ(found["differ"][0]["first_difference"]["what"], "val_loss");
  EXPECT_EQ(found["differ"][0]["first_difference"]["epoch"], 2);
  EXPECT_EQ(found["by_trial"]["difference"], 0.125);  // the mean of 0 and 0.25
  EXPECT_EQ(found["databases"][0]["best"]["trial_id"], "bb11");
  EXPECT_THAT(Text({first, db_}),
              AllOf(HasSubstr("1 agree in every bit, 1 do not.\n"), HasSubstr("the end of epoch 2"),
                    HasSubstr("A's values are better than B's by 12.50 percentage points"),
                    HasSubstr("fewer than 6 trials can show nothing")));
  // Trials of both, side by side.
  EXPECT_THAT(Text({first.string() + ":aa11", db_.string() + ":aa11"}),
              HasSubstr("All parameters are the same."));
}

}  // namespace
}  // namespace lrsweep
