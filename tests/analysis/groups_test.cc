#include "analysis/groups.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "tests/support/sweep_fixture.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

class GroupsTest : public SweepFixture {
 protected:
  static Trial Member(const std::string& group, int64_t seed, double gamma = 0.1) {
    Trial trial = MakeTrial(group + std::to_string(seed), "StepLR", gamma, seed);
    trial.group_id = group;
    return trial;
  }

  /// A group per letter: sound, sound, of one trial, with a diverged one, unfinished in part,
  /// failed.
  Store SixGroups(const Objective& objective = {}) const {
    std::vector<Trial> trials;
    for (const char* group : {"a", "b", "c", "d", "e", "f"}) {
      for (int64_t seed = 0; seed < 3; ++seed) {
        if (*group == 'c' && seed > 0) continue;
        trials.push_back(Member(group, seed, 0.1 * (*group - 'a')));
      }
    }
    Store store = CreateSweep(trials, objective);
    for (const auto& [id, accuracy] : std::vector<std::pair<std::string, double>>{{"a0", 0.90},
                                                                                  {"a1", 0.91},
                                                                                  {"a2", 0.92},
                                                                                  {"b0", 0.93},
                                                                                  {"b1", 0.95},
                                                                                  {"b2", 0.94},
                                                                                  {"c0", 0.80},
                                                                                  {"d0", 0.99},
                                                                                  {"d1", 0.99},
                                                                                  {"e1", 0.85}}) {
      Complete(store, id, {0.5, accuracy});
    }
    Diverge(store, "d2");
    Fail(store, "e2", "no memory");
    for (const char* id : {"f0", "f1", "f2"}) Fail(store, id, "no memory");
    store.Commit();
    return store;
  }

  /// "b 3 1+0": a group, its values, its diverged and never reaching trials.
  static std::vector<std::string> Summaries(const std::vector<RankedGroup>& groups) {
    std::vector<std::string> texts;
    for (const RankedGroup& group : groups) {
      texts.push_back(group.group_id + ' ' + std::to_string(group.summary ? group.summary->n : 0) +
                      ' ' + std::to_string(group.diverged) + '+' + std::to_string(group.never));
    }
    return texts;
  }

  /// The view's rows, as an SQLite client reads them.
  void ExpectView(const std::vector<RankedGroup>& groups, const Objective& by) const {
    const SQLite::Database db(db_.string());
    SQLite::Statement query(db,
                            "SELECT place, group_id, n, mean, sd, low, high, best, worst, "
                            "diverged, never, unfinished, scheduler FROM groups");
    const auto expect = [&query](int column, const std::optional<double>& expected, double near) {
      ASSERT_EQ(query.getColumn(column).isNull(), !expected) << query.getColumn(1).getString();
      if (!expected) return;
      EXPECT_NEAR(query.getColumn(column).getDouble(), *expected, near);
    };
    size_t rows = 0;
    for (; query.executeStep(); ++rows) {
      ASSERT_LT(rows, groups.size());
      const RankedGroup& group = groups[rows];
      const auto& summary = group.summary;
      EXPECT_EQ(query.getColumn(0).getInt64(), group.place);
      ASSERT_EQ(query.getColumn(1).getString(), group.group_id);
      EXPECT_EQ(query.getColumn(2).getInt64(), summary ? summary->n : 0);
      const auto interval = summary ? summary->interval95 : std::nullopt;
      using Number = std::optional<double>;
      expect(3, summary ? Number(summary->mean) : Number(), 1e-11);
      expect(4, summary ? summary->sd : Number(), 1e-11);
      const double close = 1e-11 + (interval ? 1e-6 * (interval->high - interval->low) : 0);
      expect(5, interval ? Number(interval->low) : Number(), close);
      expect(6, interval ? Number(interval->high) : Number(), close);
      expect(7, group.Best(by), 0);
      expect(8, group.Worst(by), 0);
      EXPECT_EQ(query.getColumn(9).getInt64(), group.diverged);
      EXPECT_EQ(query.getColumn(10).getInt64(), group.never);
      EXPECT_EQ(query.getColumn(11).getInt64(), group.unfinished);
      EXPECT_EQ(query.getColumn(12).getString(), group.scheduler);
    }
    EXPECT_EQ(rows, groups.size());
  }
};

TEST_F(GroupsTest, AreRankedByTheirMeansAndDivergedOnesAreLast) {
  const std::vector<RankedGroup> groups = RankGroups(SixGroups(), {});
  EXPECT_THAT(Summaries(groups),
              ElementsAre("b 3 0+0", "a 3 0+0", "e 1 0+0", "c 1 0+0", "d 2 1+0"));
  // By numpy and scipy: mean, std(ddof=1), t.interval(0.95, 2).
  EXPECT_NEAR(groups[0].summary->mean, 0.94, 1e-12);
  EXPECT_NEAR(*groups[0].summary->sd, 0.01, 1e-12);
  EXPECT_NEAR(groups[0].summary->interval95->low, 0.9151586228824967, 1e-9);
  EXPECT_EQ(groups[0].label, "gamma=0.1");
  EXPECT_FALSE(groups[0].params.contains("training.seed"));
  EXPECT_EQ(groups[2].unfinished, 2);
  EXPECT_EQ(groups[0].Best({}), 0.95);
  EXPECT_EQ(groups[0].Worst({}), 0.93);
  EXPECT_EQ(groups[0].repetitions[1].seed, 1);
  EXPECT_EQ(groups[0].repetitions[1].value, 0.95);
}

TEST_F(GroupsTest, IntervalsOfAnAccuracyStayWithinItsRange) {
  std::vector<Trial> trials;
  for (const char* group : {"high", "low"}) {
    for (int64_t seed = 0; seed < 3; ++seed) trials.push_back(Member(group, seed));
  }
  Store store = CreateSweep(trials, {});
  for (const auto& [id, accuracy] : std::vector<std::pair<std::string, double>>{{"high0", 1.0},
                                                                                {"high1", 1.0},
                                                                                {"high2", 0.97},
                                                                                {"low0", 0.0},
                                                                                {"low1", 0.0},
                                                                                {"low2", 0.03}}) {
    Complete(store, id, {0.5, accuracy});
  }
  store.Commit();
  const std::vector<RankedGroup> groups = RankGroups(store, {});
  ASSERT_EQ(groups.size(), 2U);
  // By scipy.stats.t.interval(0.95, 2, mean, sem), cut.
  EXPECT_NEAR(groups[0].summary->interval95->low, 0.9469734727025054, 1e-9);
  EXPECT_EQ(groups[0].summary->interval95->high, 1);
  EXPECT_EQ(groups[1].summary->interval95->low, 0);
  EXPECT_NEAR(groups[1].summary->interval95->high, 0.0530265272974946, 1e-9);
  ExpectView(groups, {});
  // A threshold's epochs have no such range.
  Summary epochs = Summarize(std::vector{1.0, 1.0, 9.0});
  CutInterval(epochs, "epochs_to(val_accuracy, 0.5)", BuiltInMetrics());
  EXPECT_LT(epochs.interval95->low, 0);
}

TEST_F(GroupsTest, GroupsOfTheFirstOnesMeanAreTied) {
  std::vector<Trial> trials;
  for (const char* group : {"a", "b", "c", "d"}) {
    for (int64_t seed = 0; seed < 2; ++seed) trials.push_back(Member(group, seed));
  }
  Store store = CreateSweep(trials, {});
  EXPECT_EQ(TiedWithFirst(RankGroups(store, {})), 0);
  for (const auto& [id, accuracy] : std::vector<std::pair<std::string, double>>{{"a0", 0.8},
                                                                                {"a1", 0.6},
                                                                                {"b0", 0.7},
                                                                                {"b1", 0.7},
                                                                                {"c0", 0.6},
                                                                                {"c1", 0.8},
                                                                                {"d0", 0.7},
                                                                                {"d1", 0.69}}) {
    Complete(store, id, {0.5, accuracy});
  }
  store.Commit();
  EXPECT_EQ(TiedWithFirst(RankGroups(store, {})), 2);
}

TEST_F(GroupsTest, NeverReachingComesAfterReaching) {
  const Objective by{"epochs_to(val_accuracy, 0.92)", "min"};
  const std::vector<RankedGroup> groups = RankGroups(SixGroups(by), by);
  EXPECT_THAT(Summaries(groups),
              ElementsAre("b 3 0+0", "a 1 0+2", "d 2 1+0", "c 0 0+1", "e 0 0+1"));
  ExpectView(groups, by);
}

TEST_F(GroupsTest, TheViewAgrees) {
  const Store store = SixGroups();
  ExpectView(RankGroups(store, {}), {});
}

TEST_F(GroupsTest, TheViewAgreesOnRandomSweeps) {
  std::mt19937 random(7);
  for (const char* mode : {"max", "min"}) {
    std::filesystem::remove(db_);
    std::vector<Trial> trials;
    for (int group = 0; group < 20; ++group) {
      const int members = 1 + static_cast<int>(random() % 40);
      for (int seed = 0; seed < members; ++seed) {
        trials.push_back(Member("group" + std::to_string(group) + "-", seed));
      }
    }
    const Objective by{"val_loss", mode};
    Store store = CreateSweep(trials, by);
    for (const Trial& trial : trials) {
      const auto fate = random() % 40;
      if (fate == 0) {
        Diverge(store, trial.id);
      } else if (fate > 1) {
        Complete(store, trial.id, {0.9 + 1e-3 * static_cast<double>(random() % 100)});
      }
    }
    store.Close();
    ExpectView(RankGroups(Store::Open(db_), by), by);
  }
}

TEST_F(GroupsTest, AnotherObjectiveThanTheSweepsRanks) {
  const Store store = SixGroups({"val_loss", "min", "best"});
  EXPECT_EQ(RankGroups(store, {}).front().group_id, "b");
  EXPECT_EQ(RankGroups(store, {"val_accuracy", "min", "best"}).front().summary->mean, 0.5);
}

TEST_F(GroupsTest, OneGroupIsFoundWithoutTheOthers) {
  const Store store = SixGroups();
  for (const Objective& by : {Objective{}, Objective{"epochs_to(val_accuracy, 0.92)", "min"}}) {
    const std::vector<RankedGroup> all = RankGroups(store, by);
    for (const RankedGroup& group : all) {
      std::vector<RankedGroup> found = {FindGroup(store, group.group_id, by).value()};
      EXPECT_THAT(Summaries(found), ElementsAre(Summaries({group})[0]));
      EXPECT_EQ(found[0].params, group.params);
      EXPECT_EQ(found[0].repetitions.back().value, group.repetitions.back().value);
    }
  }
  EXPECT_FALSE(FindGroup(store, "f", {}));
  EXPECT_FALSE(FindGroup(store, "none", {}));
  EXPECT_THAT(store.GroupIdsByPrefix("", 2), ElementsAre("a", "b"));
  EXPECT_THAT(store.GroupIdsByPrefix("c", 2), ElementsAre("c"));
}

TEST_F(GroupsTest, AnOlderFileIsReadAndGetsTheViewFromItsWriter) {
  SixGroups().Close();
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE).exec(kToLayout6);
  SQLite::Database(db_.string(), SQLite::OPEN_READWRITE)
      .exec(
          "DROP VIEW metrics; DROP TABLE reported_metrics; DROP TABLE metric_names; "
          "ALTER TABLE epochs DROP COLUMN test_loss; ALTER TABLE epochs DROP COLUMN test_accuracy; "
          "ALTER TABLE sweep DROP COLUMN identity; "
          "DROP TABLE retired_checkpoints; PRAGMA user_version = 2");
  EXPECT_EQ(RankGroups(Store::Open(db_), {}).size(), 5U);
  EXPECT_EQ(SQLite::Database(db_.string()).execAndGet("PRAGMA user_version").getInt(), 2);
  Store::OpenForWriting(db_).Close();
  EXPECT_EQ(SQLite::Database(db_.string()).execAndGet("PRAGMA user_version").getInt(), 7);
  ExpectView(RankGroups(Store::Open(db_), {}), {});
}

TEST_F(GroupsTest, GroupsThatARaceHasDroppedComeLast) {
  Store store = SixGroups();
  store.AddDecided({.dropped = {"b"}});
  store.Commit();
  const std::vector<RankedGroup> groups = RankGroups(store, {});
  ASSERT_EQ(groups.size(), 5);
  EXPECT_EQ(groups.front().group_id, "a");  // 0.91, b has 0.94
  EXPECT_EQ(groups.back().group_id, "b");
  EXPECT_TRUE(groups.back().dropped);
  ExpectView(groups, {});
  // By another metric the race has decided nothing.
  const Objective by_loss{"val_loss", "min", "last"};
  EXPECT_EQ(RankGroups(store, by_loss).front().group_id, "b");
  EXPECT_FALSE(RankGroups(store, by_loss).front().dropped);
  EXPECT_FALSE(groups.front().race_confidence);
}

}  // namespace
}  // namespace lrsweep
