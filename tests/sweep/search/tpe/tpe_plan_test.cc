#include "sweep/search/tpe/tpe_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "sweep/search/adaptive_source.h"

namespace lrsweep {
namespace {

using testing::Each;
using testing::Ge;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kStep = "{type: StepLR, step_size: {randint: [2, 20]}, gamma: 0.5}";

SweepConfig Config(const std::string& search, const std::string& scheduler = kStep,
                   const std::string& more = "", const std::string& training = "{epochs: 2}") {
  return ParseSweepConfig("name: t\ntraining: " + training +
                              "\noptimizer: {lr: {loguniform: [0.001, 1]}}\nscheduler: " +
                              scheduler + "\nsearch: {sampler: " + search + "}\n" + more + "\n",
                          "s.yaml");
}

/// The optimizer's rate, or the one that the schedule has in its place.
double RateOf(const Trial& trial) {
  const Value* rate = Find(trial.params, "optimizer.lr");
  return std::get<double>(rate != nullptr ? *rate : *Find(trial.params, "scheduler.max_lr"));
}

/// The best rate is 0.1, and among equal rates the best step size is 12.
double ValueOf(const Trial& trial) {
  const Value* step = Find(trial.params, "scheduler.step_size");
  const auto distance = step != nullptr ? std::abs(std::get<int64_t>(*step) - 12) : 0;
  return 1 - std::abs(std::log10(RateOf(trial)) + 1) - 0.01 * static_cast<double>(distance) +
         0.001 * static_cast<double>(trial.seed);
}

using ValueFunction = std::function<std::optional<double>(const Trial& trial)>;

/// What a search has trained in the end, in the order of the numbers.
struct Searched {
  std::vector<Trial> trials;
  size_t decided_at_first = 0;

  std::vector<std::string> Ids(const std::string& scheduler = "") const {
    std::vector<std::string> ids;
    for (const Trial& trial : trials) {
      if (scheduler.empty() || trial.scheduler == scheduler) ids.push_back(trial.id);
    }
    return ids;
  }
};

/// Runs a search, with results in an order that follows from `order`; it is begun anew from the
/// values that are known after every `restart_after` results.
Searched Search(const SearchSpace& space, const ValueFunction& value_of = ValueOf,
                unsigned order = 0, int restart_after = 1'000'000) {
  std::mt19937 random(order);
  std::map<std::string, std::optional<double>> values;
  while (true) {
    std::map<int64_t, Trial> decided;
    AdaptiveSource source(std::make_unique<TpePlan>(space), [&](const Trial& trial, int64_t) {
      const auto found = values.find(trial.id);
      return found == values.end() ? std::nullopt : std::optional(StoredResult{found->second});
    });
    const auto take = [&] {
      for (const DecidedTrial& one : source.TakeDecided().trials) {
        EXPECT_TRUE(decided.emplace(one.number, one.trial).second);
      }
    };
    take();
    Searched searched{{}, decided.size()};
    std::vector<Trial> training;
    for (int results = 0; results < restart_after; ++results) {
      while (auto trial = source.Next()) training.push_back(std::move(*trial));
      if (training.empty()) {
        EXPECT_EQ(source.epochs_left(), 0);
        EXPECT_EQ(source.size(), static_cast<int64_t>(decided.size()));
        for (const auto& [number, trial] : decided) {
          EXPECT_EQ(number, static_cast<int64_t>(searched.trials.size()));
          EXPECT_EQ(source.Find(trial.id).value().params, trial.params);
          searched.trials.push_back(trial);
        }
        return searched;
      }
      std::swap(training[random() % training.size()], training.back());
      const Trial trial = std::move(training.back());
      training.pop_back();
      const auto value = values[trial.id] = value_of(trial);
      EXPECT_THAT(source.OnEnd(trial, TrialState::kCompleted, value), IsEmpty());
      take();
    }
  }
}

std::vector<std::string> RandomIds(const SearchSpace& space) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < space.size(); ++i) ids.push_back(space.IdAt(i));
  return ids;
}

TEST(TpePlanTest, FirstRoundsAreThoseOfTheRandomSampler) {
  const SearchSpace space(Config("tpe, trials: 40"));
  const SearchSpace random(Config("random, trials: 40"));
  EXPECT_EQ(RandomIds(space), RandomIds(random));
  const TpePlan plan(space);
  EXPECT_EQ(plan.rounds(), 8U);
  EXPECT_EQ(plan.random_rounds(), 3U);
  const Searched searched = Search(space);
  ASSERT_THAT(searched.trials, SizeIs(40));
  EXPECT_EQ(searched.decided_at_first, 15U);
  const std::vector<std::string> ids = searched.Ids();
  const std::vector<std::string> expected = RandomIds(random);
  EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 15, expected.begin()));
  EXPECT_FALSE(std::equal(ids.begin() + 15, ids.end(), expected.begin() + 15));
}

TEST(TpePlanTest, LaterPointsAreBetterThanRandomOnes) {
  const SearchSpace space(Config("tpe, trials: 60"));
  const Searched searched = Search(space);
  double first = 0, last = 0;
  for (size_t i = 0; i < 15; ++i) {
    first += ValueOf(searched.trials[i]) / 15;
    last += ValueOf(searched.trials[45 + i]) / 15;
  }
  EXPECT_GT(last, first + 0.3);
}

TEST(TpePlanTest, OrderOfResultsAndRestartsChangeNothing) {
  const std::string entries = std::string("[") + kStep + ", {type: ConstantLR, factor: 1.0}]";
  const SearchSpace space(
      Config("tpe, trials: 30, batch: 4", entries, "", "{epochs: 2, seed: {grid: [0, 1]}}"));
  const std::vector<std::string> expected = Search(space).Ids();
  ASSERT_THAT(expected, SizeIs(120));
  for (unsigned order = 1; order <= 8; ++order) {
    const int restart_after = order % 2 == 0 ? 1'000'000 : 7 * static_cast<int>(order);
    EXPECT_EQ(Search(space, ValueOf, order, restart_after).Ids(), expected) << order;
  }
}

TEST(TpePlanTest, MoreTrialsContinueThoseThatAreThere) {
  const std::vector<std::string> few = Search(SearchSpace(Config("tpe, trials: 33"))).Ids();
  const std::vector<std::string> many = Search(SearchSpace(Config("tpe, trials: 50"))).Ids();
  ASSERT_THAT(few, SizeIs(33));
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(TpePlanTest, AnotherEntryChangesNothingForTheOthers) {
  const std::vector<std::string> alone = Search(SearchSpace(Config("tpe, trials: 30"))).Ids();
  const std::string entries = std::string(
                                  "[{type: OneCycleLR, max_lr: {uniform: [0.1, 1]}, "
                                  "total_steps: run}, ") +
                              kStep + "]";
  const Searched both = Search(SearchSpace(Config("tpe, trials: 30", entries)));
  EXPECT_EQ(both.Ids("StepLR"), alone);
  EXPECT_THAT(both.Ids("OneCycleLR"), SizeIs(30));
}

TEST(TpePlanTest, EntriesWithTheSameTrialsTrainThemOnce) {
  const std::string step = "{type: StepLR, step_size: {randint: [2, 12]}, gamma: 0.5}";
  const std::string text = "name: t\ntraining: {epochs: 2}\noptimizer: {lr: 0.1}\nscheduler: [" +
                           step + ", " + step + "]\nsearch: {sampler: tpe, trials: 10}\n";
  EXPECT_THAT(Search(SearchSpace(ParseSweepConfig(text, "s.yaml"))).trials, SizeIs(10));
}

TEST(TpePlanTest, EachPointHasEverySeedAndGridValue) {
  const SearchSpace space(Config("tpe, trials: 25",
                                 "{type: StepLR, step_size: {randint: [2, 20]}, gamma: {grid: "
                                 "[0.5, 0.1]}}",
                                 "", "{epochs: 2, seed: {grid: [0, 1, 2]}}"));
  const Searched searched = Search(space);
  ASSERT_THAT(searched.trials, SizeIs(25 * 2 * 3));
  std::map<std::pair<double, int64_t>, int> count;
  for (const Trial& trial : searched.trials) {
    ++count[{RateOf(trial), std::get<int64_t>(*Find(trial.params, "scheduler.step_size"))}];
  }
  ASSERT_THAT(count, SizeIs(25));
  for (const auto& [point, trials] : count) EXPECT_EQ(trials, 6);
}

TEST(TpePlanTest, AGridValueThatFailsDoesNotHideTheOthers) {
  const std::string grid =
      "{type: StepLR, step_size: {randint: [2, 20]}, gamma: {grid: [0.5, 0.1]}}";
  const SearchSpace space(Config("tpe, trials: 40", grid));
  const auto half = [](const Trial& trial) -> std::optional<double> {
    if (*Find(trial.params, "scheduler.gamma") == Value(0.1)) return std::nullopt;
    return ValueOf(trial);
  };
  const auto both = [](const Trial& trial) -> std::optional<double> {
    const bool is_bad = *Find(trial.params, "scheduler.gamma") == Value(0.1);
    return ValueOf(trial) - (is_bad ? 100 : 0);
  };
  EXPECT_EQ(Search(space, half).Ids(), Search(space, both).Ids());
}

TEST(TpePlanTest, WhereAllTrialsFailPointsStillComeToAnEnd) {
  const SearchSpace space(Config("tpe, trials: 30"));
  EXPECT_THAT(Search(space, [](const Trial&) { return std::nullopt; }).trials, SizeIs(30));
}

TEST(TpePlanTest, ASmallSpaceIsTrainedOnce) {
  const std::string text =
      "name: t\ntraining: {epochs: 2}\noptimizer: {lr: {choice: [0.1, 0.2, 0.3]}}\nscheduler: "
      "{type: StepLR, step_size: {randint: [2, 14]}}\nsearch: {sampler: tpe, trials: 50}\n";
  const SearchSpace space(ParseSweepConfig(text, "s.yaml"));
  const Searched searched = Search(space);
  const std::vector<std::string> ids = searched.Ids();
  ASSERT_THAT(ids, SizeIs(36));
  const std::vector<std::string> all = RandomIds(space);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()),
            std::set<std::string>(all.begin(), all.end()));
}

TEST(TpePlanTest, ExcludedPointsAreNeverProposed) {
  const SearchSpace space(Config("tpe, trials: 60", kStep, "exclude: [lr > 0.08]"));
  const Searched searched = Search(space);
  ASSERT_THAT(searched.trials, SizeIs(60));
  std::vector<double> distances;
  for (const Trial& trial : searched.trials) distances.push_back(0.08 - RateOf(trial));
  EXPECT_THAT(distances, Each(Ge(0)));
}

TEST(TpePlanTest, ParametersThatContradictOneAnotherAreNotProposed) {
  const std::string cyclic =
      "{type: CyclicLR, base_lr: {loguniform: [0.001, 1]}, max_lr: {loguniform: [0.001, 1]}, "
      "step_size_up: 5}";
  const auto near_one_another = [](const Trial& trial) -> std::optional<double> {
    return -std::abs(std::log10(std::get<double>(*Find(trial.params, "scheduler.base_lr"))) + 1) -
           std::abs(std::log10(std::get<double>(*Find(trial.params, "scheduler.max_lr"))) + 1);
  };
  const SearchSpace space(
      Config("tpe, trials: 60", cyclic, "exclude: [scheduler.base_lr > scheduler.max_lr]"));
  EXPECT_THAT(Search(space, near_one_another).trials, SizeIs(60));
}

TEST(TpePlanTest, AnEntryWithoutAnythingToSampleIsOnePoint) {
  const std::string text =
      "name: t\ntraining: {epochs: 2, seed: {grid: [0, 1]}}\noptimizer: {lr: 0.1}\nscheduler: "
      "[{type: ConstantLR}, {type: StepLR, step_size: {randint: [2, 100]}}]\nsearch: {sampler: "
      "tpe, trials: 20}\n";
  const Searched searched = Search(SearchSpace(ParseSweepConfig(text, "s.yaml")));
  EXPECT_THAT(searched.Ids("ConstantLR"), SizeIs(2));
  EXPECT_THAT(searched.Ids("StepLR"), SizeIs(40));
}

}  // namespace
}  // namespace lrsweep
