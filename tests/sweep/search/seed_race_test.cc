#include "sweep/search/seed_race.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Turn = SeedRace::Turn;

constexpr RaceRules kFive{.rounds = 5};

/// A group is behind the one before by 1, and seeds differ a little.
double ValueOf(const Turn& turn) {
  const double noise[] = {0.01, -0.02, 0.03, -0.01, 0.02};
  return -static_cast<double>(turn.group) + noise[(turn.group + turn.seed) % 5];
}

/// Runs a race whose values come in a drawn order. Returns all turns, sorted by seed and group.
std::vector<std::pair<size_t, size_t>> Train(SeedRace& race, size_t groups, uint64_t order) {
  std::mt19937_64 random(order);
  std::vector<Turn> open;
  for (size_t group = 0; group < groups; ++group) {
    for (const Turn& turn : race.Enter(group)) open.push_back(turn);
  }
  std::vector<std::pair<size_t, size_t>> trained;
  while (!open.empty()) {
    std::swap(open[random() % open.size()], open.back());
    const Turn turn = open.back();
    open.pop_back();
    trained.emplace_back(turn.seed, turn.group);
    for (const Turn& next : race.OnValue(turn, ValueOf(turn))) open.push_back(next);
  }
  std::sort(trained.begin(), trained.end());
  return trained;
}

TEST(SeedRaceTest, AGroupGetsThreeSeedsInAnyCase) {
  SeedRace race(kFive, 2, true);
  EXPECT_THAT(race.Enter(1), ElementsAre(Turn{1, 0}, Turn{1, 1}, Turn{1, 2}));
  EXPECT_EQ(race.State().rounds, 0);
}

TEST(SeedRaceTest, ThoseThatRemainGetTheNextSeedWhenTheRoundIsComplete) {
  SeedRace race(kFive, 3, true);
  for (size_t group = 0; group < 3; ++group) race.Enter(group);
  const double far[] = {0.9, 0.91, 0.1};
  std::vector<Turn> next;
  for (size_t seed = 0; seed < 3; ++seed) {
    for (size_t group = 0; group < 3; ++group) {
      EXPECT_THAT(next, IsEmpty());
      const double noise = (group + seed) % 2 == 0 ? 0.01 : -0.01;
      next = race.OnValue({group, seed}, far[group] + noise);
    }
  }
  EXPECT_THAT(next, ElementsAre(Turn{0, 3}, Turn{1, 3}));
  EXPECT_THAT(race.TakeLeft(), ElementsAre(2));
  EXPECT_THAT(race.TakeLeft(), IsEmpty());
  EXPECT_EQ(race.State().rounds, 3);
}

TEST(SeedRaceTest, WaitsForAllGroupsToEnter) {
  SeedRace race(kFive, 2, true);
  for (const Turn& turn : race.Enter(0)) EXPECT_THAT(race.OnValue(turn, 1), IsEmpty());
  race.Enter(1);
  race.OnValue({1, 0}, 1);
  race.OnValue({1, 1}, 1);
  EXPECT_THAT(race.OnValue({1, 2}, 1), ElementsAre(Turn{0, 3}, Turn{1, 3}));
}

TEST(SeedRaceTest, TheOrderOfTheValuesMakesNoDifference) {
  SeedRace first(kFive, 6, true);
  const auto trained = Train(first, 6, 0);
  EXPECT_GE(trained.size(), 18);
  EXPECT_LT(trained.size(), 30);
  for (uint64_t order = 1; order < 50; ++order) {
    SeedRace race(kFive, 6, true);
    ASSERT_EQ(Train(race, 6, order), trained);
    ASSERT_EQ(race.State().left_after, first.State().left_after);
  }
}

TEST(SeedRaceTest, TheLeastIsBestWhereTheObjectiveSaysSo) {
  SeedRace race(kFive, 6, false);
  Train(race, 6, 0);
  EXPECT_EQ(race.State().left_after.back(), 0);
  EXPECT_GT(race.State().left_after.front(), 0);
}

TEST(SeedRaceTest, EqualGroupsUseUpTheSeeds) {
  SeedRace race(kFive, 2, true);
  std::vector<Turn> open = race.Enter(0);
  for (const Turn& turn : race.Enter(1)) open.push_back(turn);
  size_t trained = 0;
  for (; trained < open.size(); ++trained) {
    for (const Turn& next : race.OnValue(open[trained], 0.5)) open.push_back(next);
  }
  EXPECT_EQ(trained, 10);
  EXPECT_TRUE(race.State().IsOver(kFive));
  EXPECT_THAT(race.State().Remaining(), ElementsAre(0, 1));
}

TEST(SeedRaceTest, AGroupWithoutAValueLeaves) {
  SeedRace race(kFive, 2, true);
  for (const Turn& turn : race.Enter(0)) {
    race.OnValue(turn, turn.seed == 1 ? std::nullopt : std::optional(0.9));
  }
  for (const Turn& turn : race.Enter(1)) race.OnValue(turn, 0.1);
  EXPECT_THAT(race.TakeLeft(), ElementsAre(0));
  EXPECT_TRUE(race.State().IsOver(kFive));
}

TEST(SeedRaceTest, AGroupThatRacesAloneGetsThreeSeeds) {
  SeedRace race(kFive, 1, true);
  for (const Turn& turn : race.Enter(0)) EXPECT_THAT(race.OnValue(turn, 1), IsEmpty());
  EXPECT_TRUE(race.State().IsOver(kFive));
  EXPECT_THAT(race.State().Remaining(), ElementsAre(0));
}

TEST(SeedRaceTest, ItsBoundsAreThreeSeedsAndAll) {
  EXPECT_EQ(BoundsOf(4, {.rounds = 12}).least, 12);
  EXPECT_EQ(BoundsOf(4, {.rounds = 12}).most, 48);
  EXPECT_EQ(BoundsOf(1, {.rounds = 12}).most, 3);
}

}  // namespace
}  // namespace lrsweep
