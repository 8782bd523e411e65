#include <gmock/gmock.h>

#include <cmath>

#include "views/verdict_text.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A group with a value for each seed from 0; NaN: that one diverged.
RankedGroup Group(const std::string& name, const std::vector<double>& values) {
  RankedGroup group;
  group.group_id = "id of " + name;
  group.scheduler = name;
  std::vector<double> finite;
  for (size_t seed = 0; seed < values.size(); ++seed) {
    const bool diverged = values[seed] != values[seed];
    group.repetitions.push_back({static_cast<int64_t>(seed), name + std::to_string(seed),
                                 diverged ? "stopped" : "completed", diverged,
                                 diverged ? std::nullopt : std::optional(values[seed])});
    group.diverged += diverged ? 1 : 0;
    if (!diverged) finite.push_back(values[seed]);
  }
  if (!finite.empty()) group.summary = Summarize(finite);
  return group;
}

/// `base`, and by seed more: n values that all lie `by` above it.
std::vector<double> Above(std::vector<double> base, double by) {
  for (double& value : base) value += by;
  return base;
}

const std::vector<double> kTwelve = {0.970, 0.972, 0.969, 0.971, 0.973, 0.970,
                                     0.968, 0.971, 0.972, 0.970, 0.969, 0.971};

Verdict Of(std::vector<RankedGroup> groups, const Objective& by = {}) {
  for (size_t i = 0; i < groups.size(); ++i) groups[i].place = static_cast<int64_t>(i) + 1;
  return Judge(groups, by, BuiltInMetrics());
}

std::string TextOf(const Verdict& verdict) {
  std::string text;
  for (const std::string& sentence : Sentences(verdict)) text += sentence + ".\n";
  return text;
}

TEST(Verdict, AClearDifferenceIsShown) {
  std::vector<double> better = Above(kTwelve, 0.005);
  better[0] += 0.001;
  const Verdict verdict = Of({Group("A", better), Group("B", kTwelve)});
  ASSERT_EQ(verdict.compared.size(), 1U);
  EXPECT_TRUE(verdict.compared[0].is_ahead);
  EXPECT_EQ(verdict.Indistinguishable(), 1);
  EXPECT_EQ(verdict.compared[0].paired.p, 2.0 / 4096);  // all twelve have one sign
  EXPECT_EQ(TextOf(verdict),
            "A is ahead of B by 0.51 percentage points (95% interval 0.50 to 0.53, 12 seeds, p < "
            "0.001).\n");
}

TEST(Verdict, SeedsArePairedSoThatWhatTheyShareDoesNotCount) {
  // The spread over seeds is a hundred times the difference.
  const std::vector<double> wide = {0.5, 0.6, 0.7, 0.8, 0.9, 0.55, 0.65, 0.75};
  EXPECT_TRUE(Of({Group("A", Above(wide, 0.001)), Group("B", wide)}).compared[0].is_ahead);
}

TEST(Verdict, HolmCorrectsForLookingAtMany) {
  // Of eight pairs all have one sign: p = 1/128 = 0.0078, which six comparisons cannot afford.
  const std::vector<double> eight(kTwelve.begin(), kTwelve.begin() + 8);
  std::vector<RankedGroup> groups = {Group("A", Above(eight, 0.002)), Group("B", eight)};
  EXPECT_THAT(TextOf(Of(groups)), HasSubstr("A is ahead of B"));
  for (const char* other : {"C", "D", "E", "F", "G", "H"}) groups.push_back(Group(other, eight));
  const Verdict verdict = Of(groups);
  EXPECT_EQ(verdict.fewest_seeds, 9);
  EXPECT_EQ(verdict.Indistinguishable(), 8);
  EXPECT_THAT(
      TextOf(verdict),
      AllOf(HasSubstr(
                "A is in front of B by 0.20 percentage points, but 8 seeds can show nothing: at "
                "least 9 are needed (the smallest p that n seeds can give is "
                "2^(1-n), here 0.00781, and 7 comparisons are corrected for)"),
            HasSubstr("None of the other 7 groups can be told from the first, however far apart "
                      "their intervals lie: to compare so many takes at least 9 seeds")));
}

TEST(Verdict, WhereNoneCanBeToldTheClearestDifferenceIsSaid) {
  // Both differences scatter far more than they are: one more than the other.
  std::vector<double> near = kTwelve;
  std::vector<double> far = kTwelve;
  for (size_t i = 0; i < kTwelve.size(); ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    near[i] -= 0.0002 + sign * 0.001;
    far[i] -= 0.001 + sign * 0.003;
  }
  const Verdict verdict = Of({Group("A", kTwelve), Group("B", near), Group("C", far)});
  ASSERT_EQ(verdict.Indistinguishable(), 3);
  ASSERT_TRUE(verdict.compared[1].seeds_needed);
  EXPECT_THAT(TextOf(verdict),
              HasSubstr("None of the other 2 groups can be told from the first; the clearest "
                        "difference, from C, would take about " +
                        std::to_string(*verdict.compared[1].seeds_needed) + " seeds"));
}

TEST(Verdict, SaysHowManySeedsWouldBeNeeded) {
  std::vector<double> first = kTwelve;
  for (size_t i = 0; i < first.size(); ++i) first[i] += i % 3 == 0 ? -0.001 : 0.001;
  const Verdict verdict = Of({Group("A", first), Group("B", kTwelve)});
  EXPECT_FALSE(verdict.compared[0].is_ahead);
  ASSERT_TRUE(verdict.compared[0].seeds_needed);
  // By hand: mean 1/3, sd 0.985 (of 12 values 1 or -1); (1.96 + 0.84)^2 * (0.985 * 3)^2 = 68.
  EXPECT_NEAR(static_cast<double>(*verdict.compared[0].seeds_needed), 70, 3);
  EXPECT_THAT(TextOf(verdict),
              AllOf(HasSubstr("A is not shown to be ahead of B (0.033 percentage points; 95% "
                              "interval -0.017 to 0.083, 12 seeds, p = 0.39)"),
                    HasSubstr(" seeds would be needed if the difference")));
}

TEST(Verdict, NoSeedsShowAFirstThatIsBehindOnTheCommonOnes) {
  // Its mean is greater by a thirteenth seed that the other lacks.
  std::vector<double> worse = Above(kTwelve, -0.001);
  worse[0] += 0.0005;
  worse.push_back(0.999);
  const Verdict verdict = Of({Group("A", worse), Group("B", kTwelve)});
  EXPECT_LT(verdict.compared[0].paired.mean, 0);
  EXPECT_FALSE(verdict.compared[0].is_ahead);
  EXPECT_EQ(verdict.compared[0].seeds_needed, std::nullopt);
  EXPECT_THAT(TextOf(verdict), HasSubstr("A is not in front of B on their common seeds (95%"));
}

TEST(Verdict, TheBestThatCannotBeToldApartAreCounted) {
  std::vector<double> near = kTwelve;
  near[0] += 0.0005;
  near[1] -= 0.0006;
  const Verdict verdict =
      Of({Group("A", kTwelve), Group("B", near), Group("C", Above(kTwelve, -0.01)),
          Group("D", Above(kTwelve, -0.02))});
  EXPECT_EQ(verdict.Indistinguishable(), 2);
  EXPECT_THAT(TextOf(verdict), HasSubstr("The best 2 of 4 cannot be told apart"));
}

TEST(Verdict, OneSeedIsNotTrusted) {
  EXPECT_THAT(TextOf(Of({Group("A", {0.98}), Group("B", {0.97})})),
              HasSubstr("One seed: the order of near values is not to be trusted, and nothing says "
                        "how near; sweep over at least 6 seeds, training: {seed: {grid: [0, "));
  // Pooled from one group: sd 0.001, one degree: 12.706 * sqrt(2) * 0.001 = 0.018.
  const Verdict verdict =
      Of({Group("A", {0.98}), Group("B", {0.97, 0.97 + 0.001 * std::sqrt(2.0)})});
  EXPECT_NEAR(*verdict.noise, 0.017969, 1e-6);
  EXPECT_THAT(TextOf(verdict),
              HasSubstr("One seed: order within 1.80 percentage points is not to be trusted"));
  EXPECT_THAT(TextOf(verdict), HasSubstr("(from the spread within 1 group)"));
}

TEST(Verdict, LessIsMoreWhereTheModeIsMin) {
  const Verdict verdict =
      Of({Group("A", Above(kTwelve, -0.1)), Group("B", kTwelve)}, {"val_loss", "min"});
  EXPECT_TRUE(verdict.compared[0].is_ahead);
  EXPECT_THAT(TextOf(verdict), HasSubstr("A is ahead of B by 0.10 (95%"));
  EXPECT_THAT(TextOf(Of({Group("A", {5, 6, 7, 5, 6, 7}), Group("B", {8, 8, 9, 9, 9, 8})},
                        {"epochs_to(val_accuracy, 0.9)", "min"})),
              HasSubstr("by 2.5 epochs (95%"));
}

TEST(Verdict, GroupsWithoutAllTheirValuesAreLeftOut) {
  const double nan = std::nan("");
  const Verdict verdict =
      Of({Group("A", kTwelve), Group("B", Above(kTwelve, -0.01)), Group("C", {0.99, nan})});
  EXPECT_EQ(verdict.compared.size(), 1U);
  EXPECT_THAT(TextOf(verdict), HasSubstr("Not compared: 1 group of which a trial diverged.\n"));
  RankedGroup late = Group("C", {});
  late.never = 1;
  EXPECT_THAT(TextOf(Of({Group("A", kTwelve), Group("B", kTwelve), late},
                        {"epochs_to(val_accuracy, 0.9)", "min"})),
              HasSubstr("Not compared: 1 group of which a trial never reached the threshold.\n"));
  EXPECT_THAT(Sentences(Of({Group("A", {nan}), Group("B", {nan})})), IsEmpty());
  EXPECT_THAT(Sentences(Of({})), IsEmpty());
  EXPECT_THAT(Sentences(Of({Group("A", kTwelve)})), IsEmpty());
}

TEST(Verdict, JsonHasTheNumbersAndTheSentences) {
  const Json json = ToJson(Of({Group("A", Above(kTwelve, 0.005)), Group("B", kTwelve)}));
  EXPECT_EQ(json["first"]["name"], "A");
  EXPECT_EQ(json["compared"][0]["seeds"], 12);
  EXPECT_EQ(json["compared"][0]["ahead"], true);
  EXPECT_NEAR(json["compared"][0]["difference"].get<double>(), 0.005, 1e-12);
  EXPECT_EQ(json["sentences"].size(), 1U);
  EXPECT_TRUE(ToJson(Of({})).is_null());
}

/// Of a race at 95%.
RankedGroup Racer(const std::string& name, const std::vector<double>& values, bool dropped) {
  RankedGroup group = Group(name, values);
  group.dropped = dropped;
  group.race_confidence = 0.95;
  return group;
}

TEST(Verdict, OfARaceSaysWhoWon) {
  const std::vector<double> three(kTwelve.begin(), kTwelve.begin() + 3);
  const Verdict verdict = Of({Racer("A", Above(kTwelve, 0.005), false), Racer("B", kTwelve, true),
                              Racer("C", three, true)});
  EXPECT_EQ(TextOf(verdict),
            "A has won the race after 12 seeds: each of the other 2 was behind beyond doubt (95% "
            "confidence for the whole race, all groups and rounds together).\n");
  EXPECT_EQ(verdict.Indistinguishable(), 1);
  EXPECT_EQ(
      ToJson(verdict)["race"],
      Json(
          {{"confidence", 0.95}, {"seeds", 12}, {"remaining", 1}, {"dropped", 2}, {"over", true}}));
}

TEST(Verdict, ClaimsNoMoreThanTheRaceHasShown) {
  // A and B differ at every one of twelve seeds, which a single look would call more than luck.
  std::vector<double> better = Above(kTwelve, 0.005);
  better[0] += 0.001;
  const Verdict verdict = Of({Racer("A", better, false), Racer("B", kTwelve, false),
                              Racer("C", {0.97, 0.98, 0.97}, true)});
  EXPECT_FALSE(verdict.compared.at(0).is_ahead);
  EXPECT_TRUE(verdict.compared.at(1).is_ahead);
  EXPECT_FALSE(verdict.compared.at(0).seeds_needed);
  EXPECT_EQ(TextOf(verdict),
            "The race has used up its 12 seeds and names no winner: 2 groups remain that it cannot "
            "tell apart, A in front; one was behind beyond doubt and dropped (95% confidence for "
            "the whole race, all groups and rounds together).\n");
}

TEST(Verdict, ARaceThatHasSeedsLeftIsNotOver) {
  RankedGroup running = Racer("B", {0.9, 0.91, 0.92}, false);
  running.repetitions.push_back({3, "B3", "pending", false, std::nullopt});
  const Verdict verdict =
      Of({Racer("A", {0.9, 0.92, 0.93, 0.94}, false), running, Racer("C", {0.1, 0.2, 0.1}, true)});
  EXPECT_EQ(TextOf(verdict), "The race is not over: after 3 seeds 2 of 3 groups remain.\n");
}

TEST(Verdict, ARaceIsThatOfTheHighestBudget) {
  RankedGroup winner = Racer("A", {0.9, 0.92, 0.93}, false);
  winner.budget = 20;
  RankedGroup shorter = Racer("B", {0.8, 0.82, 0.83}, false);
  shorter.budget = 5;
  const Verdict verdict = Of({winner, shorter});
  EXPECT_THAT(verdict.compared, IsEmpty());
  EXPECT_EQ(TextOf(verdict), "A has nothing to race with.\n");
}

}  // namespace
}  // namespace lrsweep
