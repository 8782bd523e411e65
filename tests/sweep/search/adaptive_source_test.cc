#include "sweep/search/adaptive_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "sweep/search/halving_plan.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Nine rates and two seeds in a run of nine epochs.
SweepConfig Config(const std::string& pruner, const std::string& more = "",
                   const std::string& seeds = "0, 1") {
  return ParseSweepConfig(
      "name: t\ntraining: {epochs: 9, seed: {grid: [" + seeds +
          "]}}\n"
          "optimizer: {lr: {grid: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]}}\n"
          "scheduler: {type: StepLR, step_size: 20%}\n"
          "pruner: " +
          pruner + "\n" + more,
      "s.yaml");
}

double RateOf(const Trial& trial) { return std::get<double>(*Find(trial.params, "optimizer.lr")); }

/// Trains by a formula: the best rate is 0.4 in two epochs and less, then 0.5.
std::optional<double> ValueOf(const Trial& trial, int64_t epochs) {
  const double best = epochs < 3 ? 0.4 : 0.5;
  return 1 - std::abs(RateOf(trial) - best) + 0.001 * static_cast<double>(trial.seed);
}

/// What a search has decided and trained in the end.
struct Searched {
  std::map<std::string, std::tuple<int64_t, int64_t, int64_t, int64_t>> trials;  // by id: number,
                                                                                 // budget, rung,
                                                                                 // bracket
  std::set<std::string> promoted, ended, dropped;
  std::map<std::string, std::optional<double>> values;  // by id and budget
  int64_t epochs = 0;                                   // that were trained

  bool operator==(const Searched&) const = default;
};

/// Runs a search over the space, with results in an order that follows from the seed; it is begun
/// anew from what is known after every `restart_after` results.
class Search {
 public:
  Search(const SearchSpace& space, unsigned order, int restart_after)
      : space_(space), random_(order), restart_after_(restart_after) {}

  Searched Run() {
    while (!RunUntilRestart()) {
    }
    return searched_;
  }

 private:
  static std::string Key(const Trial& trial, int64_t until) {
    return trial.id + " " + std::to_string(until);
  }

  bool RunUntilRestart() {
    searched_.trials.clear();
    searched_.promoted.clear();
    searched_.dropped.clear();
    AdaptiveSource source(
        std::make_unique<HalvingPlan>(space_), [this](const Trial& trial, int64_t budget) {
          const auto found = searched_.values.find(Key(trial, budget));
          return found == searched_.values.end() ? std::nullopt
                                                 : std::optional(StoredResult{found->second});
        });
    Take(source, source.Begin());
    std::vector<Trial> training;
    for (int results = 0; results < restart_after_; ++results) {
      while (auto trial = source.Next()) training.push_back(std::move(*trial));
      if (training.empty()) {
        EXPECT_EQ(source.epochs_left(), 0);
        EXPECT_EQ(source.size(), static_cast<int64_t>(searched_.trials.size()));
        return true;
      }
      std::swap(training[random_() % training.size()], training.back());
      const Trial trial = std::move(training.back());
      training.pop_back();
      const int64_t until = source.UntilOf(trial);
      const bool is_over = until == EpochsOf(trial);
      const auto value = ValueOf(trial, until);
      searched_.values[Key(trial, until)] = value;
      Take(source,
           source.OnEnd(trial, is_over ? TrialState::kCompleted : TrialState::kPending, value));
    }
    return false;
  }

  void Take(AdaptiveSource& source, const std::vector<Decision>& decisions) {
    for (const Decision& decision : decisions) searched_.ended.insert(decision.trial_id);
    const Decided decided = source.TakeDecided();
    for (const DecidedTrial& one : decided.trials) {
      const auto known = searched_.trials.find(one.trial.id);
      const int64_t number =
          known == searched_.trials.end() ? one.number : std::get<0>(known->second);
      searched_.trials[one.trial.id] = {number, one.budget, one.rung, one.bracket};
    }
    searched_.promoted.insert(decided.promoted.begin(), decided.promoted.end());
    searched_.dropped.insert(decided.dropped.begin(), decided.dropped.end());
  }

  const SearchSpace& space_;
  std::mt19937 random_;
  int restart_after_;
  Searched searched_;
};

constexpr int kNever = 1'000'000;

/// The rates that are on each rung.
std::map<int64_t, std::set<double>> RatesByRung(const SearchSpace& space,
                                                const Searched& searched) {
  AdaptiveSource source(std::make_unique<HalvingPlan>(space), [&](const Trial& trial, int64_t at) {
    return std::optional(StoredResult{ValueOf(trial, at)});
  });
  std::map<int64_t, std::set<double>> rates;
  for (const auto& [id, place] : searched.trials) {
    rates[std::get<2>(place)].insert(RateOf(source.Find(id).value()));
  }
  return rates;
}

TEST(AdaptiveSourceTest, EachRungHasTheBestPointsOfTheOneBefore) {
  const SearchSpace space(Config("{type: SuccessiveHalving}"));
  const Searched searched = Search(space, 1, kNever).Run();
  const auto rates = RatesByRung(space, searched);
  ASSERT_THAT(rates, SizeIs(3));
  EXPECT_THAT(rates.at(0), SizeIs(9));
  EXPECT_THAT(rates.at(1), ElementsAre(0.3, 0.4, 0.5));
  EXPECT_THAT(rates.at(2), ElementsAre(0.5));
  EXPECT_THAT(searched.trials, SizeIs(2 * (9 + 3 + 1)));
  EXPECT_THAT(searched.promoted, SizeIs(2 * (3 + 1)));
  EXPECT_THAT(searched.ended, IsEmpty());
}

TEST(AdaptiveSourceTest, TruncatedRungsContinueTheirTrialsAndEndTheOthers) {
  const SearchSpace space(Config("{type: SuccessiveHalving, rungs: truncated}"));
  const Searched searched = Search(space, 1, kNever).Run();
  EXPECT_THAT(searched.trials, SizeIs(2 * 9));
  EXPECT_THAT(searched.ended, SizeIs(2 * 8));
  EXPECT_THAT(searched.promoted, IsEmpty());
  const auto rates = RatesByRung(space, searched);
  EXPECT_THAT(rates.at(2), ElementsAre(0.5));
  EXPECT_THAT(rates.at(1), ElementsAre(0.3, 0.4));
}

TEST(AdaptiveSourceTest, OrderOfResultsAndRestartsChangeNothing) {
  for (const char* pruner :
       {"{type: SuccessiveHalving}", "{type: SuccessiveHalving, rungs: truncated, rung_seeds: 1}",
        "{type: Hyperband}", "{type: Hyperband, rungs: truncated, reduction_factor: 2}"}) {
    const SearchSpace space(Config(pruner));
    const Searched expected = Search(space, 0, kNever).Run();
    for (unsigned order = 1; order < 20; ++order) {
      EXPECT_EQ(Search(space, order, order % 2 == 0 ? kNever : 1 + static_cast<int>(order)).Run(),
                expected)
          << pruner << " " << order;
    }
  }
}

SweepConfig RaceConfigOf(const std::string& pruner) {
  return Config(pruner, "replicate: {axis: seed, race: {confidence: 0.9}}\n", "0, 1, 2, 3, 4, 5");
}

TEST(AdaptiveSourceTest, LastRungsOfAllBracketsRace) {
  for (const char* pruner :
       {"{type: SuccessiveHalving, grace_period: 3}",
        "{type: SuccessiveHalving, grace_period: 3, rungs: truncated}", "{type: Hyperband}",
        "{type: Hyperband, rungs: truncated, rung_seeds: 2}"}) {
    const SearchSpace space(RaceConfigOf(pruner));
    const HalvingPlan plan(space);
    size_t finalists = 0;
    for (const Bracket& bracket : plan.brackets()) {
      finalists += static_cast<size_t>(bracket.rungs.back().points);
      EXPECT_EQ(plan.SeedsAt(bracket, bracket.rungs.back()), 3);
      EXPECT_EQ(plan.MostSeedsAt(bracket, bracket.rungs.back()), 6);
    }
    ASSERT_GT(finalists, 1) << pruner;
    const Searched expected = Search(space, 0, kNever).Run();
    // A difference of 0.1 at every seed is beyond doubt after the first three.
    EXPECT_EQ(expected.dropped.size(), finalists - 1) << pruner;
    EXPECT_THAT(RatesByRung(space, expected).at(plan.brackets().back().rungs.back().rung),
                testing::Contains(0.5));
    for (unsigned order = 1; order < 12; ++order) {
      EXPECT_EQ(Search(space, order, order % 2 == 0 ? kNever : 1 + static_cast<int>(order)).Run(),
                expected)
          << pruner << " " << order;
    }
  }
}

TEST(AdaptiveSourceTest, PlanTellsItsFirstTrialsWithoutCreatingThem) {
  for (const char* pruner :
       {"{type: SuccessiveHalving, rung_seeds: 1}", "{type: Hyperband}",
        "{type: Hyperband, rungs: truncated, rung_seeds: 2}", "{type: Hyperband, brackets: 2}"}) {
    for (const bool races : {false, true}) {
      const SearchSpace space(races ? RaceConfigOf(pruner) : Config(pruner));
      HalvingPlan plan(space);
      const std::vector<int64_t> numbers = plan.FirstNumbers();
      const std::vector<DecidedTrial> first = plan.Begin().trials;
      ASSERT_EQ(numbers.size(), first.size()) << pruner;
      for (size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(numbers[i], first[i].number);
        const HalvingPlan::Grant grant = plan.GrantOf(numbers[i]);
        EXPECT_EQ(grant.budget, first[i].budget);
        EXPECT_EQ(grant.is_shortened, space.IdAt(grant.index) != first[i].trial.id);
        EXPECT_EQ(first[i].point, space.At(grant.index).group_id);
      }
    }
  }
}

TEST(AdaptiveSourceTest, ARaceLeavesNoTrialWaitingAtARung) {
  EXPECT_THROW(SearchSpace(RaceConfigOf("{type: Hyperband, rungs: truncated, rung_seeds: 4}")),
               ConfigError);
}

TEST(AdaptiveSourceTest, FewerSeedsOnTheRungsAndAllOnTheLast) {
  const SearchSpace space(Config("{type: SuccessiveHalving, rung_seeds: 1}"));
  EXPECT_THAT(Search(space, 3, kNever).Run().trials, SizeIs(9 + 3 + 2));
}

TEST(AdaptiveSourceTest, FailedTrialMakesItsPointTheLast) {
  const SearchSpace space(Config("{type: SuccessiveHalving}"));
  HalvingPlan plan(space);
  SearchPlan::Step next;
  for (const DecidedTrial& one : plan.Begin().trials) {
    const bool fails = RateOf(one.trial) == 0.4 && one.trial.seed == 1;
    SearchPlan::Step step =
        plan.OnValue(one.number, fails ? std::nullopt : ValueOf(one.trial, one.budget));
    if (!step.trials.empty()) next = std::move(step);
  }
  std::set<double> rates;
  for (const DecidedTrial& one : next.trials) rates.insert(RateOf(one.trial));
  EXPECT_THAT(rates, ElementsAre(0.2, 0.3, 0.5));
}

TEST(AdaptiveSourceTest, ModeMinKeepsTheLeastValues) {
  const SearchSpace space(
      Config("{type: SuccessiveHalving}", "objective: {metric: val_loss, mode: min}\n"));
  HalvingPlan plan(space);
  SearchPlan::Step next;
  for (const DecidedTrial& one : plan.Begin().trials) {
    SearchPlan::Step step = plan.OnValue(one.number, RateOf(one.trial));
    if (!step.trials.empty()) next = std::move(step);
  }
  std::set<double> rates;
  for (const DecidedTrial& one : next.trials) rates.insert(RateOf(one.trial));
  EXPECT_THAT(rates, ElementsAre(0.1, 0.2, 0.3));
}

TEST(AdaptiveSourceTest, TotalsAreKnownFromTheBeginning) {
  for (const auto& [pruner, trials, epochs] :
       {std::tuple("{type: SuccessiveHalving}", 26, 2 * (9 * 1 + 3 * 3 + 1 * 9)),
        std::tuple("{type: SuccessiveHalving, rungs: truncated}", 18,
                   2 * (6 * 1 + 2 * 3 + 1 * 9))}) {
    const SearchSpace space(Config(pruner));
    const AdaptiveSource source(std::make_unique<HalvingPlan>(space),
                                [](const Trial&, int64_t) { return std::nullopt; });
    EXPECT_EQ(source.size(), trials) << pruner;
    EXPECT_EQ(source.epochs_left(), epochs) << pruner;
  }
}

TEST(AdaptiveSourceTest, ShortenedTrialIsTheOneOfAConfigurationWithThatLength) {
  const SearchSpace space(Config("{type: SuccessiveHalving}"));
  const SearchSpace shorter(
      ParseSweepConfig("name: t\ntraining: {epochs: 3, seed: {grid: [0, 1]}}\n"
                       "optimizer: {lr: {grid: [0.1, 0.2]}}\n"
                       "scheduler: {type: StepLR, step_size: 20%}\n",
                       "s.yaml"));
  const Trial trial = Shortened(space.At(1), 3);
  EXPECT_EQ(trial.id, shorter.At(1).id);
  EXPECT_EQ(trial.group_id, shorter.At(1).group_id);
  EXPECT_EQ(trial.params, shorter.At(1).params);
}

TEST(AdaptiveSourceTest, TrialsOfTheLowestBracketComeFirst) {
  const SearchSpace space(Config("{type: Hyperband}"));
  AdaptiveSource source(std::make_unique<HalvingPlan>(space),
                        [](const Trial&, int64_t) { return std::nullopt; });
  std::vector<int64_t> budgets;
  while (const auto trial = source.Next()) budgets.push_back(source.BudgetOf(*trial));
  EXPECT_TRUE(std::is_sorted(budgets.begin(), budgets.end()));
  EXPECT_EQ(std::set<int64_t>(budgets.begin(), budgets.end()), (std::set<int64_t>{1, 3, 9}));
}

TEST(AdaptiveSourceTest, GathersTrialsThatWereDecidedTogether) {
  const SearchSpace space(
      ParseSweepConfig("name: t\ntraining: {epochs: 9, seed: {grid: [0, 1]}}\n"
                       "optimizer: {lr: 0.1}\n"
                       "scheduler: {type: StepLR, step_size: {grid: [2, 3, 4]}}\n"
                       "pruner: {type: SuccessiveHalving, grace_period: 3}\n",
                       "s.yaml"));
  AdaptiveSource source(std::make_unique<HalvingPlan>(space),
                        [](const Trial&, int64_t) { return std::nullopt; });
  source.GatherShared(10);
  std::string text;
  while (const auto trial = source.Next()) {
    text += std::to_string(trial->seed) + (source.NextMayShare() ? " " : "|");
  }
  EXPECT_EQ(text, "0 0 0|1 1 1|");
}

}  // namespace
}  // namespace lrsweep
