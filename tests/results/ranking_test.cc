#include "results/ranking.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <limits>
#include <random>
#include <stdexcept>

#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The ranking that the store should give: by Score; trials without a value last, equal values by
/// trial id.
std::vector<RankedTrial> ExpectedRanking(std::vector<RankedCurve> curves,
                                         const Objective& objective) {
  Check(objective);
  std::vector<RankedTrial> ranking;
  ranking.reserve(curves.size());
  for (RankedCurve& curve : curves) {
    const std::optional<double> score = Score(curve, objective);
    ranking.push_back({0, std::move(curve.trial_id), score});
  }
  const double sign = objective.mode == "min" ? 1 : -1;
  std::sort(ranking.begin(), ranking.end(), [sign](const RankedTrial& a, const RankedTrial& b) {
    if (a.value.has_value() != b.value.has_value()) return a.value.has_value();
    if (a.value && *a.value != *b.value) return sign * *a.value < sign * *b.value;
    return a.trial_id < b.trial_id;
  });
  for (size_t i = 0; i < ranking.size(); ++i) ranking[i].place = static_cast<int64_t>(i) + 1;
  return ranking;
}

std::vector<std::string> Ids(const std::vector<RankedTrial>& ranking) {
  std::vector<std::string> ids;
  ids.reserve(ranking.size());
  for (const RankedTrial& placed : ranking) ids.push_back(placed.trial_id);
  return ids;
}

class Ranking : public SweepFixture {
 protected:
  /// The store's ranking of trials with these curves of val_accuracy.
  std::vector<RankedTrial> Rank(const std::vector<RankedCurve>& curves,
                                const Objective& objective) const {
    std::filesystem::remove(db_);
    std::vector<Trial> trials;
    for (const RankedCurve& curve : curves) trials.push_back(MakeTrial(curve.trial_id));
    Store store = CreateSweep(trials, objective);
    for (const RankedCurve& curve : curves) {
      Begin(store, curve.trial_id);
      for (size_t i = 0; i < curve.values.size(); ++i) {
        EpochRecord record = MakeEpoch(static_cast<int64_t>(i) + 1, 0.5);
        record.metrics[kValAccuracy] = curve.values[i];
        if (curve.diverged) record.metrics[kTrainLoss] = kNan;
        record.diverged = curve.diverged;
        store.AddEpoch(curve.trial_id, record);
      }
      store.EndAttempt(curve.trial_id,
                       curve.diverged ? TrialState::kStopped : TrialState::kCompleted, "");
    }
    return store.Ranking(objective, 0);
  }

  std::vector<std::string> IdsBy(const std::string& mode, const std::string& scope,
                                 const std::vector<RankedCurve>& curves) const {
    return Ids(Rank(curves, {"val_accuracy", mode, scope}));
  }
};

TEST_F(Ranking, EachScopeLooksAtItsOwnEpochs) {
  const std::vector<RankedCurve> curves = {{"late", false, {0.1, 0.2, 0.9}},
                                           {"early", false, {1.0, 0.2, 0.3}},
                                           {"steady", false, {0.7, 0.7, 0.7}}};
  EXPECT_THAT(IdsBy("max", "last", curves), ElementsAre("late", "steady", "early"));
  EXPECT_THAT(IdsBy("max", "best", curves), ElementsAre("early", "late", "steady"));
  EXPECT_THAT(IdsBy("max", "avg", curves), ElementsAre("steady", "early", "late"));
  EXPECT_THAT(IdsBy("min", "last", curves), ElementsAre("early", "steady", "late"));
  EXPECT_THAT(IdsBy("min", "best", curves), ElementsAre("late", "early", "steady"));
}

TEST_F(Ranking, NanNeverWins) {
  const std::vector<RankedCurve> curves = {{"a-flagged", true, {0.99, 0.99}},
                                           {"b-nan", false, {kNan, 0.99}},
                                           {"c-empty", false, {}},
                                           {"d-poor", false, {0.1, 0.1}}};
  for (const char* mode : {"min", "max"}) {
    for (const char* scope : {"last", "best", "avg"}) {
      const std::vector<RankedTrial> ranking = Rank(curves, {"val_accuracy", mode, scope});
      EXPECT_THAT(Ids(ranking), ElementsAre("d-poor", "a-flagged", "b-nan", "c-empty"));
      EXPECT_FALSE(ranking[1].value || ranking[2].value || ranking[3].value);
    }
  }
}

TEST_F(Ranking, EqualValuesAreOrderedById) {
  const std::vector<RankedTrial> ranking =
      Rank({{"b", false, {0.5}}, {"a", false, {0.5}}, {"c", false, {0.6}}}, {});
  EXPECT_THAT(Ids(ranking), ElementsAre("c", "a", "b"));
  EXPECT_EQ(ranking[2].place, 3);
}

TEST_F(Ranking, EqualMeansAreEqualInAnyOrderOfEpochs) {
  ASSERT_NE(0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1);
  EXPECT_THAT(IdsBy("max", "avg", {{"b", false, {0.1, 0.2, 0.3}}, {"a", false, {0.3, 0.2, 0.1}}}),
              ElementsAre("a", "b"));
  EXPECT_THAT(IdsBy("max", "avg", {{"a", false, {0.1, 0.2, 0.3}}, {"b", false, {0.3, 0.2, 0.1}}}),
              ElementsAre("a", "b"));
}

TEST_F(Ranking, UnknownWordsAreRefusedWithTheKnownOnes) {
  const auto message = [](const Objective& objective) -> std::string {
    try {
      Check(objective);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message({"acc", "max", "last"}), HasSubstr("train_loss, val_loss, val_accuracy"));
  EXPECT_THAT(message({"val_loss", "least", "last"}), HasSubstr("max, min"));
  EXPECT_THAT(message({"val_loss", "min", "first"}),
              HasSubstr("last, best, avg, last-5-avg, last-10-avg"));
  EXPECT_THAT(message({"area_under(val_loss)", "min", "best"}),
              HasSubstr("area_under(val_loss) looks at all epochs: a scope (best)"));
  EXPECT_EQ(message({"val_loss", "min", "avg"}), "");
  EXPECT_EQ(NaturalMode("val_loss"), "min");
  EXPECT_EQ(NaturalMode("val_accuracy"), "max");
  EXPECT_THROW(NaturalMode("lr"), std::invalid_argument);
}

/// The three ways to a place: Rank over the epochs, the view, and what the store answers.
class StoredRanking : public SweepFixture {
 protected:
  /// Few different values, so that many tie; some diverge, fail, lack a value, or are not done.
  void RunAtRandom(Store& store, const std::string& id) {
    const auto pick = [this](int below) { return static_cast<int>(random_() % below); };
    const int fate = pick(12);
    if (fate == 0) return;
    if (fate == 1) return Fail(store, id, "no memory");
    if (fate == 2) return Diverge(store, id);
    Begin(store, id);
    const int epochs = fate == 3 ? 0 : 1 + pick(12);
    for (int e = 1; e <= epochs; ++e) {
      EpochRecord record = MakeEpoch(e, 0.9 + 0.01 * pick(4));
      record.metrics[kValLoss] = 0.1 * pick(3);
      record.metrics[kTrainLoss] = 0.1 + 0.2 * pick(3);
      record.wall_seconds = 0.1 * (1 + pick(3));
      if (fate == 4) record.metrics[kValAccuracy] = kNan;
      store.AddEpoch(id, record);
    }
    if (fate != 5) store.EndAttempt(id, TrialState::kCompleted, "");
  }

  /// A sweep of 120 trials at random, one of which has left the search space.
  Store RandomSweep(const Objective& objective) {
    random_.seed(42);
    std::filesystem::remove(db_);
    std::vector<Trial> trials;
    trials.reserve(120);
    for (int i = 0; i < 120; ++i) trials.push_back(MakeTrial(std::to_string(random_())));
    Store store = CreateSweep(trials, objective);
    for (const Trial& trial : trials) RunAtRandom(store, trial.id);
    store.Close();
    SQLite::Database(db_.string(), SQLite::OPEN_READWRITE)
        .exec(
            "UPDATE trials SET in_space = 0 WHERE number = "
            "(SELECT max(number) FROM trials WHERE state = 'completed')");
    return Store::Open(db_);
  }

  static std::vector<RankedCurve> Curves(const Store& store, const std::string& metric) {
    const std::string recorded = ParseMetric(metric).recorded;
    std::vector<RankedCurve> curves;
    for (const TrialRow& trial : store.Trials()) {
      const bool diverged = trial.state == "stopped" && trial.diverged;
      if (!trial.in_space || (trial.state != "completed" && !diverged)) continue;
      curves.push_back({trial.trial_id, trial.diverged, {}});
      for (const EpochRow& epoch : store.Epochs(trial.trial_id)) {
        curves.back().Add(epoch.epoch, MetricValue(epoch.metrics, recorded), epoch.steps_done,
                          epoch.wall_seconds);
      }
    }
    return curves;
  }

  std::vector<RankedTrial> ReadView() const {
    const SQLite::Database db(db_.string());
    SQLite::Statement query(db, "SELECT place, trial_id, value FROM ranking");
    std::vector<RankedTrial> ranking;
    while (query.executeStep()) {
      const SQLite::Column value = query.getColumn(2);
      ranking.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                         value.isNull() ? std::nullopt : std::optional<double>(value.getDouble())});
    }
    return ranking;
  }

  static void ExpectEqual(const std::vector<RankedTrial>& actual,
                          const std::vector<RankedTrial>& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) {
      EXPECT_EQ(actual[i].place, expected[i].place);
      EXPECT_EQ(actual[i].trial_id, expected[i].trial_id);
      EXPECT_EQ(actual[i].value, expected[i].value);
    }
  }

  static std::vector<Objective> AllObjectives() {
    std::vector<Objective> all;
    for (const MetricInfo& recorded : BuiltInMetrics(false)) {
      const std::string& metric = recorded.name;
      for (const char* mode : {"max", "min"}) {
        for (const std::string& scope : Scopes()) all.push_back({metric, mode, scope});
        all.push_back({"area_under(" + metric + ")", mode});
        all.push_back({"final_minus_best(" + metric + ")", mode});
        for (const char* reach : {"epochs_to(", "steps_to(", "seconds_to("}) {
          const char* threshold = metric == "val_accuracy" ? ", 0.92)" : ", 0.15)";
          all.push_back({reach + metric + threshold, mode});
        }
      }
    }
    return all;
  }

  std::mt19937 random_;
};

TEST_F(StoredRanking, BySweepsObjectiveAgreesWithRank) {
  for (const Objective& by : AllObjectives()) {
    SCOPED_TRACE(by.metric + " " + by.mode + " " + by.scope);
    const Store store = RandomSweep(by);
    const std::vector<RankedTrial> expected = ExpectedRanking(Curves(store, by.metric), by);
    ASSERT_GT(expected.size(), 60U);
    ExpectEqual(ReadView(), expected);
    ExpectEqual(store.Ranking(by, 0), expected);
    ExpectEqual(store.Ranking(by, 10), {expected.begin(), expected.begin() + 10});
    for (const RankedTrial& placed : expected) {
      ASSERT_TRUE(store.PlaceOf(placed.trial_id));
      ExpectEqual({*store.PlaceOf(placed.trial_id)}, {placed});
    }
  }
}

TEST_F(StoredRanking, ByAnotherObjectiveAgreesWithRank) {
  const Store store = RandomSweep({"val_loss", "min", "avg"});
  for (const Objective& by : AllObjectives()) {
    SCOPED_TRACE(by.metric + " " + by.mode + " " + by.scope);
    const std::vector<RankedTrial> expected = ExpectedRanking(Curves(store, by.metric), by);
    ExpectEqual(store.Ranking(by, 0), expected);
    ExpectEqual(store.Ranking(by, 10), {expected.begin(), expected.begin() + 10});
  }
  EXPECT_THROW(store.Ranking({"lr", "max", "last"}, 0), std::invalid_argument);
}

TEST_F(StoredRanking, UnrankedTrialsHaveNoPlace) {
  Store store = CreateSweep({MakeTrial("a"), MakeTrial("b")});
  Fail(store, "a", "no memory");
  EXPECT_FALSE(store.PlaceOf("a"));
  EXPECT_FALSE(store.PlaceOf("b"));
}

TEST_F(StoredRanking, ATrialThatRunsAgainLosesItsPlace) {
  Store store = CreateSweep({MakeTrial("a")});
  Complete(store, "a", {0.5});
  EXPECT_EQ(store.PlaceOf("a")->value, 0.5);
  Begin(store, "a");
  EXPECT_FALSE(store.PlaceOf("a"));
  EXPECT_TRUE(store.Ranking({}, 0).empty());
}

}  // namespace
}  // namespace lrsweep
