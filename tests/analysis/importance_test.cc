#include "analysis/importance.h"

#include <gmock/gmock.h>

#include "tests/support/sweep_fixture.h"
#include "views/importance_text.h"
#include "views/terminal/effects_table.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

/// A grid of two types, of which one has gammas, with two seeds.
class ImportanceViewTest : public SweepFixture {
 protected:
  ImportanceViewTest() {
    for (int64_t seed = 0; seed < 2; ++seed) {
      Add("ConstantLR", 0, seed);
      Add("StepLR", 0.1, seed);
      Add("StepLR", 0.5, seed);
    }
  }

  void Add(const std::string& scheduler, double gamma, int64_t seed) {
    const std::string group = scheduler + std::to_string(static_cast<int>(10 * gamma));
    Trial trial = MakeTrial(group + "-" + std::to_string(seed), scheduler, gamma, seed);
    trial.group_id = group;
    trials_.push_back(trial);
  }

  /// With the values that are given, in the order of the trials.
  WhatMatters Explain(const std::vector<double>& values) {
    std::filesystem::remove(db_);
    Store store = CreateSweep(trials_);
    for (size_t i = 0; i < values.size(); ++i) Complete(store, trials_[i].id, {values[i]});
    for (size_t i = values.size(); i < trials_.size(); ++i) Diverge(store, trials_[i].id);
    return ExplainGroups(RankGroups(store, {}), store, {});
  }

  std::vector<Trial> trials_;
};

TEST_F(ImportanceViewTest, SharesAreNamedWithWhatTheyBelongTo) {
  // By hand. Means: ConstantLR 0.8, StepLR 0.9 (0.88 and 0.92); seeds differ by 0.02. Sums of
  // squares around 13/15: types 2 * (1/15)^2 + 4 * (1/30)^2 = 1/75, gamma 4 * 0.02^2 = 0.0016,
  // seeds 6 * 0.01^2 = 0.0006; 86%, 10%, 4%.
  const WhatMatters matters = Explain({0.79, 0.87, 0.91, 0.81, 0.89, 0.93});
  EXPECT_EQ(ImportanceText(matters),
            "What matters: type 86%, gamma of StepLR 10%, luck (seeds) 4% of the variance of "
            "val_accuracy\n");
  EXPECT_THAT(EffectsTable(matters), HasSubstr("gamma of StepLR    10%         0.1  0.8800"));
  const Json json = ToJson(matters);
  EXPECT_EQ(json["parameters"][1]["name"], "gamma");
  EXPECT_EQ(json["parameters"][1]["within"], "StepLR");
  EXPECT_NEAR(json["luck"].get<double>(), 0.0006 / (1.0 / 75 + 0.0022), 1e-9);
  EXPECT_EQ(json["complete"], true);
}

TEST_F(ImportanceViewTest, ManySmallSharesAreCounted) {
  WhatMatters matters{.importance = Importance{.variance = 1}, .repeated = true};
  matters.importance->parameters = {{.name = "type", .share = 0.9}};
  for (const char* name : {"a", "b", "c"}) {
    matters.importance->parameters.push_back({.name = name, .share = 0.004});
  }
  EXPECT_THAT(ImportanceText(matters), HasSubstr("type 90%, a under 1%, b under 1%, c under 1%"));
  matters.importance->parameters.push_back({.name = "d", .share = 0.001});
  EXPECT_THAT(ImportanceText(matters), HasSubstr("type 90%, 4 others under 1% each of"));
}

TEST_F(ImportanceViewTest, WhatIsMissingIsSaid) {
  const std::string text = ImportanceText(Explain({0.79, 0.87, 0.91, 0.81, 0.89}));
  EXPECT_THAT(text, HasSubstr("roughly, since the grid is not complete: "));
  EXPECT_THAT(text, HasSubstr("; 1 trial without a value left out"));
}

TEST_F(ImportanceViewTest, SampledNumbersCountByIntervals) {
  trials_.clear();
  std::vector<double> values;
  for (int i = 0; i < 16; ++i) {
    const double lr = 0.01 * (i + 1);
    const double gamma = 0.1 + 0.05 * (i * 5 % 16);
    Trial trial = MakeTrial("trial-" + std::to_string(i), "StepLR", gamma);
    trial.group_id = trial.id;
    SetAt(trial.params, "optimizer.lr", lr);
    trials_.push_back(trial);
    values.push_back(i < 8 ? 0.5 : 0.9);
  }
  const WhatMatters matters = Explain(values);
  ASSERT_TRUE(matters.importance);
  ASSERT_EQ(matters.importance->parameters.size(), 2U);
  const ParameterImportance& lr = matters.importance->parameters[0];
  EXPECT_EQ(lr.name, "lr");
  EXPECT_NEAR(lr.share, 1, 1e-9);  // its halves differ, and nothing else
  ASSERT_EQ(lr.levels.size(), 2U);
  EXPECT_EQ(lr.levels[0].value, "0.01 to 0.08");
  EXPECT_EQ(lr.levels[1].value, "0.09 to 0.16");
  EXPECT_LT(matters.importance->parameters[1].share, 0.1);
}

TEST_F(ImportanceViewTest, NothingToExplainIsNoText) {
  EXPECT_EQ(ImportanceText(Explain({})), "");
  EXPECT_TRUE(ToJson(Explain({0.5})).is_null());
}

TEST_F(ImportanceViewTest, WithoutRepetitionsLuckIsInTheShares) {
  EXPECT_THAT(ImportanceText(Explain({0.79, 0.87, 0.91})),
              HasSubstr("; luck is in these shares, since no trial was repeated"));
  EXPECT_THAT(ImportanceText(Explain({0.79, 0.87, 0.91, 0.8, 0.8, 0.8})),
              testing::Not(HasSubstr("luck is in")));
}

TEST_F(ImportanceViewTest, EqualValuesAreSaidToBeEqual) {
  EXPECT_THAT(ImportanceText(Explain({0.5, 0.5, 0.5, 0.5, 0.5, 0.5})),
              HasSubstr("nothing, all values are the same"));
}

}  // namespace
}  // namespace lrsweep
