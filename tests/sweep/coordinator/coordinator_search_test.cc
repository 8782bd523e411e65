// Searches by values through coordinator and store: the same database from any number of workers,
// in any order of their reports, and however often it is interrupted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "data/sha256.h"
#include "sweep/coordinator/adaptive_search.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/coordinator/stored_results.h"
#include "sweep/search/grid_source.h"
#include "tests/support/query_rows.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr int64_t kImages = 10;

/// Workers that train by a formula: one event of a random worker at a time.
class FormulaPool : public WorkerPool {
 public:
  FormulaPool(int64_t workers, unsigned seed) : workers_(workers), random_(seed) {
    for (int64_t worker = 1; worker <= workers; ++worker) {
      events_[worker].push_back(WorkerReady{{worker, "host", "cpu", "fake", "", 1}});
    }
  }
  /// Trials of that rate and seed fail.
  void Fail(double lr, int64_t seed) { failing_.insert({lr, seed}); }

  int64_t size() const override { return workers_; }
  void Start(int64_t worker, const PackTask& pack) override {
    for (const TrialTask& task : pack.trials) Train(worker, task);
  }
  void Send(int64_t /*worker*/, const EndTrial& /*order*/) override {}
  /// Each worker ends the epoch that it is in, and gives a checkpoint; its next trials have not
  /// begun.
  void StopAll() override {
    for (auto& [worker, events] : events_) {
      if (events.empty()) continue;
      events.resize(1);
      std::string trial_id;
      int64_t epoch = 0;
      if (const auto* finished = std::get_if<EpochFinished>(&events.front())) {
        trial_id = finished->trial_id;
        epoch = finished->record.epoch;
        events.push_back(CheckpointMade{worker, trial_id, epoch, Sha256Hex("state"), "state"});
      } else if (const auto* made = std::get_if<CheckpointMade>(&events.front())) {
        trial_id = made->trial_id;
      } else {
        continue;  // it is ready, or its trial has ended
      }
      events.push_back(TrialEnded{worker, trial_id, TrialState::kPending, ""});
    }
  }
  void Dismiss(int64_t /*worker*/) override {}
  bool IsGone(int64_t /*worker*/) const override { return false; }
  void Wait(std::chrono::milliseconds /*timeout*/, const EventSink& sink) override {
    std::vector<std::deque<Event>*> busy;
    for (auto& [worker, events] : events_) {
      if (!events.empty()) busy.push_back(&events);
    }
    if (busy.empty()) return;
    std::deque<Event>& events = *busy[random_() % busy.size()];
    const Event event = std::move(events.front());
    events.pop_front();
    sink(event);
  }

 private:
  void Train(int64_t worker, const TrialTask& task) {
    std::deque<Event>& events = events_[worker];
    const double lr = std::get<double>(*Find(task.params, "optimizer.lr"));
    const int64_t seed = std::get<int64_t>(*Find(task.params, "training.seed"));
    const int64_t epochs = std::get<int64_t>(*Find(task.params, "training.epochs"));
    if (failing_.count({lr, seed}) > 0) {
      events.push_back(TrialEnded{worker, task.trial_id, TrialState::kFailed, "it broke"});
      return;
    }
    const std::set<int64_t> branches(task.branch_epochs.begin(), task.branch_epochs.end());
    const int64_t until = task.until > 0 ? task.until : epochs;
    for (int64_t epoch = task.epochs_done + 1; epoch <= until; ++epoch) {
      EpochRecord record;
      record.epoch = epoch;
      record.steps_done = epoch;
      record.losses = {0.5F};
      record.rates = {{lr}, {0.0}};
      const double accuracy = 1 - std::abs(lr - 0.45) + 0.01 * static_cast<double>(epoch + seed);
      record.metrics = {{kTrainLoss, 0.4}, {kValLoss, 0.4}, {kValAccuracy, accuracy}};
      events.push_back(EpochFinished{worker, task.trial_id, record});
      if (branches.count(epoch) == 0 && (epoch < until || until == epochs)) continue;
      events.push_back(CheckpointMade{worker, task.trial_id, epoch, Sha256Hex("state"), "state"});
    }
    const TrialState end = until == epochs ? TrialState::kCompleted : TrialState::kPending;
    events.push_back(TrialEnded{worker, task.trial_id, end, ""});
  }

  int64_t workers_;
  std::mt19937 random_;
  std::map<int64_t, std::deque<Event>> events_;
  std::set<std::pair<double, int64_t>> failing_;
};

class CoordinatorSearchTest : public testing::Test {
 protected:
  static std::string Yaml(const std::string& pruner, const std::string& seeds = "0, 1") {
    return "name: t\ntraining: {epochs: 9, seed: {grid: [" + seeds +
           "]}}\n"
           "optimizer: {lr: {grid: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}}\n"
           "scheduler: {type: StepLR, step_size: {grid: [2, 5]}}\n" +
           pruner;
  }

  std::unique_ptr<AdaptiveSource> MakeSource(const SearchSpace& space, const Store& store) const {
    std::unique_ptr<AdaptiveSource> source = MakeAdaptiveSource(space, store);
    source->GatherShared(kImages);
    return source;
  }

  /// Opens the database, or creates it, for the configuration.
  Store OpenStore(const SearchSpace& space, const std::string& yaml, bool retry_failed = false) {
    SweepRecord record = {.name = "t", .config_yaml = yaml, .engine = "cpu"};
    const bool is_adaptive = IsAdaptive(space.config());
    const auto trial_at = [&space](size_t i) { return space.At(i); };
    if (!std::filesystem::exists(db_)) {
      Store store = Store::Create(db_, record, is_adaptive ? 0 : space.size(), trial_at);
      if (is_adaptive) store.AddDecided(MakeSource(space, store)->TakeDecided());
      return store;
    }
    Store store = Store::OpenForWriting(db_);
    if (is_adaptive) {
      store.ChangeSpace(record, [&] {
        if (retry_failed) store.RetryFailed();
        return MakeSource(space, store)->TakeDecided();
      });
    } else {
      store.ChangeSpace(record, space.size(), trial_at);
    }
    return store;
  }

  struct RunOptions {
    int64_t workers = 1;
    unsigned seed = 0;
    int stop_after = 1'000'000;  // rounds of the loop, before it is interrupted and begun anew
    bool shares = true;
    std::set<std::pair<double, int64_t>> failing = {};
    bool retry_failed = false;
  };

  /// Runs the sweep to its end.
  void Run(const std::string& yaml, const RunOptions& options) {
    const SearchSpace space(ParseSweepConfig(yaml, "s.yaml"));
    bool retry_failed = options.retry_failed;
    for (unsigned run = 0; run < 10'000; ++run) {
      Store store = OpenStore(space, yaml, std::exchange(retry_failed, false));
      FormulaPool pool(options.workers, options.seed + run);
      for (const auto& [lr, seed] : options.failing) pool.Fail(lr, seed);
      std::unique_ptr<TrialSource> source;
      if (IsAdaptive(space.config())) {
        source = MakeSource(space, store);
      } else {
        source = std::make_unique<GridSource>(space, store.PendingIds());
      }
      ProgressView view;
      int rounds = 0;
      CoordinatorOptions of_run{.worker_timeout = std::chrono::hours(24)};
      of_run.shares_with_images = options.shares ? kImages : 0;
      Coordinator coordinator(
          *source, store, pool, view, [&] { return ++rounds <= options.stop_after; },
          std::chrono::steady_clock::now, of_run);
      const bool is_over = !coordinator.Run().interrupted;
      if (is_over) {
        EXPECT_EQ(coordinator.state().epochs, coordinator.state().epochs_done);
        EXPECT_EQ(coordinator.state().trials, coordinator.state().Ended());
        const std::vector<RankedTrial> ranking = store.Ranking(store.Sweep().objective, 1);
        ASSERT_TRUE(!ranking.empty() && coordinator.state().best);
        EXPECT_EQ(coordinator.state().best->trial.id, ranking.front().trial_id);
      }
      most_trials_.insert(MostTrials(space.config(), store));
      store.Close();
      if (is_over) return;
    }
    FAIL() << "it never ends";
  }

  std::vector<std::string> Rows(const std::string& sql) const { return QueryRows(db_, sql); }

  /// Everything but times and attempts.
  std::vector<std::string> Dump(const std::string& where = "1") const {
    std::vector<std::string> rows = Rows(
        "SELECT number, trial_id, group_id, state, params, seed, error, epochs_done, diverged, "
        "shared_epochs, in_space, point, budget, rung, bracket, stopped_by, promoted, "
        "objective_value FROM trials WHERE " +
        where + " ORDER BY number");
    const std::vector<std::string> tables = {
        "trial_id, epoch, steps_done, lr, val_accuracy, trained_by FROM epochs ORDER BY 1, 2",
        "* FROM step_traces ORDER BY trial_id, epoch",
        "* FROM checkpoints",
        "place, trial_id, value, budget FROM ranking ORDER BY place",
        "place, group_id, n, mean, budget FROM groups ORDER BY place",
        "* FROM parameters ORDER BY scheduler, path"};
    for (const std::string& table : tables) {
      for (std::string& row : Rows("SELECT " + table)) rows.push_back(std::move(row));
    }
    return rows;
  }

  std::vector<std::string> RunAnew(const std::string& yaml, const RunOptions& options) {
    std::filesystem::remove(db_);
    Run(yaml, options);
    return Dump();
  }

  TempFolder folder_;
  std::filesystem::path db_ = folder_ / "t.db";
  std::set<std::optional<int64_t>> most_trials_;  // when a run ended, or was interrupted
};

constexpr const char* kHalving = "pruner: {type: SuccessiveHalving}\n";
constexpr const char* kHyperband = "pruner: {type: Hyperband, rung_seeds: 1}\n";

constexpr const char* kTruncated =
    "pruner: {type: SuccessiveHalving, rungs: truncated, rung_seeds: 1}\n";

TEST_F(CoordinatorSearchTest, TrainsTheRungsAndRanksEachPointOnce) {
  Run(Yaml(kHalving), {});
  EXPECT_THAT(Rows("SELECT rung, budget, count(DISTINCT point), count(*), sum(promoted) FROM "
                   "trials GROUP BY rung ORDER BY rung"),
              ElementsAre("0 1 12 24 8", "1 3 4 8 2", "2 9 1 2 0"));
  EXPECT_THAT(Rows("SELECT count(*), min(budget), max(budget) FROM ranking"),
              ElementsAre("24 1 9"));  // two seeds of 8, 3 and 1 points
  EXPECT_THAT(Rows("SELECT DISTINCT state FROM trials"), ElementsAre("completed"));
  // 0.45 is best: 0.4 and 0.5 with both step sizes, the first of them in the order of the space.
  EXPECT_THAT(Rows("SELECT DISTINCT json_extract(params, '$.optimizer.lr') FROM trials WHERE "
                   "rung = 1 ORDER BY 1"),
              ElementsAre("0.4", "0.5"));
}

TEST_F(CoordinatorSearchTest, WorkersOrderAndInterruptsChangeNothing) {
  for (const char* pruner : {kHalving, kHyperband, kTruncated}) {
    const std::vector<std::string> expected = RunAnew(Yaml(pruner), {});
    for (unsigned seed = 1; seed <= 6; ++seed) {
      const RunOptions options = {.workers = 1 + seed % 4,
                                  .seed = 1000 * seed,
                                  .stop_after = seed % 2 == 0 ? 1'000'000 : 3 + 4 * (int)seed};
      EXPECT_EQ(RunAnew(Yaml(pruner), options), expected) << pruner << " " << seed;
    }
  }
}

/// How many trials a search has. Four of the twelve points are the best ones, equally good: a race
/// goes on between them to the last seed.
struct Extent {
  std::string search, seeds;
  int64_t most = 0;
  int64_t trials = 0;  // in the end
};

TEST_F(CoordinatorSearchTest, HowManyTrialsThereAreAtMostIsKnownFromTheBeginning) {
  const std::string race = "replicate: {axis: seed, race: {confidence: 0.95}}\n";
  const std::string five = "0, 1, 2, 3, 4";
  const std::vector<Extent> extents = {
      {kHalving, "0, 1", 12 * 2 + 4 * 2 + 1 * 2, 34},
      {kTruncated, "0, 1", 12 + 1, 13},
      {"pruner: {type: SuccessiveHalving, grace_period: 3}\n" + race, five, 12 * 3 + 4 * 5,
       36 + 4 * 5},
      {"pruner: {type: SuccessiveHalving, grace_period: 3, rungs: truncated}\n" + race, five,
       12 * 3 + 4 * 2, 44},
      {kHalving + race, five, 12 * 3 + 4 * 3 + 1 * 3, 51},
      {race, five, 60, 44}};
  for (const Extent& extent : extents) {
    most_trials_.clear();
    RunAnew(Yaml(extent.search, extent.seeds), {.workers = 2, .stop_after = 60});
    EXPECT_THAT(most_trials_, ElementsAre(extent.most)) << extent.search;
    EXPECT_THAT(Rows("SELECT count(*) FROM trials"), ElementsAre(std::to_string(extent.trials)))
        << extent.search;
  }
  const std::string tpe =
      "name: t\ntraining: {epochs: 9, seed: {grid: [0, 1]}}\n"
      "optimizer: {lr: {loguniform: [0.1, 0.6]}}\n"
      "scheduler: {type: StepLR, step_size: {grid: [2, 5]}}\n"
      "search: {sampler: tpe, trials: 16, batch: 3}\n";
  for (const std::string& yaml :
       {Yaml(kHyperband), Yaml("pruner: {type: Hyperband, rungs: truncated}\n"), tpe}) {
    most_trials_.clear();
    RunAnew(yaml, {.workers = 2, .stop_after = 60});
    ASSERT_THAT(most_trials_, SizeIs(1)) << yaml;
    EXPECT_THAT(Rows("SELECT count(*) FROM trials"),
                ElementsAre(std::to_string(most_trials_.begin()->value_or(0))));
  }
  most_trials_.clear();
  RunAnew(Yaml(""), {});
  EXPECT_THAT(most_trials_, ElementsAre(std::nullopt));
}

TEST_F(CoordinatorSearchTest, TrialsOfARungShareWhatTheirSchedulesHaveInCommon) {
  Run(Yaml(kHalving), {.workers = 2});
  // On the first rung both step sizes are one training.
  EXPECT_THAT(Rows("SELECT sum(shared_epochs) FROM trials WHERE rung = 0"), ElementsAre("12"));
}

TEST_F(CoordinatorSearchTest, TruncatedRungsEndMostTrialsEarly) {
  Run(Yaml(kTruncated), {.workers = 2});
  EXPECT_THAT(
      Rows("SELECT epochs_done, budget, state, stopped_by, count(*) FROM trials GROUP BY 1, "
           "2, 3, 4 ORDER BY 1"),
      ElementsAre("1 1 stopped pruner 8", "3 3 stopped pruner 3", "9 9 completed  2"));
  EXPECT_THAT(
      Rows("SELECT error FROM trials WHERE epochs_done = 3 ORDER BY number LIMIT 1"),
      ElementsAre("after epoch 3 its point was number 2 of 4, of which the first 1 went on"));
  EXPECT_THAT(Rows("SELECT count(*) FROM ranking"), ElementsAre("13"));
  EXPECT_THAT(Rows("SELECT count(*) FROM checkpoints"), ElementsAre("0"));
}

TEST_F(CoordinatorSearchTest, TruncatedTrialsAreContinuedToTheFullSweep) {
  RunAnew(Yaml(""), {});
  const std::string ranking = "SELECT place, trial_id, value FROM ranking ORDER BY place";
  const std::vector<std::string> full = Rows(ranking);
  RunAnew(Yaml(kTruncated), {});
  Run(Yaml(""), {});
  EXPECT_EQ(Rows(ranking), full);
}

TEST_F(CoordinatorSearchTest, WithoutThePrunerTheFullSweepIsTheSameAsAFreshOne) {
  const std::vector<std::string> ranking =
      (RunAnew(Yaml(""), {}), Rows("SELECT place, trial_id, value FROM ranking ORDER BY place"));
  ASSERT_THAT(ranking, SizeIs(24));
  const std::vector<std::string> searched = RunAnew(Yaml(kHalving), {});
  Run(Yaml(""), {.workers = 3, .seed = 5});
  EXPECT_EQ(Rows("SELECT place, trial_id, value FROM ranking ORDER BY place"), ranking);
  EXPECT_THAT(Rows("SELECT count(*) FROM trials WHERE in_space = 1 AND (budget IS NOT NULL OR "
                   "promoted = 1)"),
              ElementsAre("0"));
  // And with it again nothing is trained: all results are there.
  const std::vector<std::string> attempts = Rows("SELECT count(*) FROM attempts");
  Run(Yaml(kHalving), {});
  EXPECT_EQ(Rows("SELECT count(*) FROM attempts"), attempts);
  EXPECT_THAT(Rows("SELECT rung, budget, count(DISTINCT point), count(*), sum(promoted) FROM "
                   "trials WHERE in_space = 1 GROUP BY rung ORDER BY rung"),
              ElementsAre("0 1 12 24 8", "1 3 4 8 2", "2 9 1 2 0"));
}

TEST_F(CoordinatorSearchTest, RetriedFailuresDecideTheRungsAnew) {
  const std::vector<std::string> sound = RunAnew(Yaml(kHalving), {.shares = false});
  RunAnew(Yaml(kHalving), {.shares = false, .failing = {{0.4, 1}, {0.5, 0}}});
  EXPECT_THAT(Rows("SELECT DISTINCT json_extract(params, '$.optimizer.lr') FROM trials WHERE "
                   "rung = 1 ORDER BY 1"),
              ElementsAre("0.3", "0.6"));
  Run(Yaml(kHalving), {.shares = false, .retry_failed = true});
  EXPECT_THAT(Rows("SELECT DISTINCT json_extract(params, '$.optimizer.lr') FROM trials WHERE "
                   "rung = 1 AND in_space = 1 ORDER BY 1"),
              ElementsAre("0.4", "0.5"));
  const std::string ranking = "SELECT place, trial_id, value, budget FROM ranking ORDER BY place";
  const std::vector<std::string> retried = Rows(ranking);
  RunAnew(Yaml(kHalving), {.shares = false});
  EXPECT_EQ(retried, Rows(ranking));
}

TEST_F(CoordinatorSearchTest, TheBestTrialIsTheFirstOfTheRankingThoughARetryFailsAgain) {
  const RunOptions failing = {.shares = false, .failing = {{0.1, 1}}};
  RunAnew(Yaml(kHalving), failing);
  // Until it has failed again, its rung is not decided, and nothing is beyond it.
  Run(Yaml(kHalving), {.shares = false, .failing = failing.failing, .retry_failed = true});
  EXPECT_THAT(Rows("SELECT DISTINCT budget FROM ranking WHERE place = 1"), ElementsAre("9"));
  EXPECT_THAT(Rows("SELECT max(attempt) FROM attempts"), ElementsAre("2"));
}

TEST_F(CoordinatorSearchTest, ADivergedTrialHasNoValueAtItsRungThoughACrashHidItsEnd) {
  const std::string yaml = Yaml(kTruncated);
  const SearchSpace space(ParseSweepConfig(yaml, "s.yaml"));
  Store store = OpenStore(space, yaml);
  const Trial trial = space.At(0);
  store.BeginAttempt(trial.id, {.worker = 1});
  EpochRecord record{.epoch = 1, .steps_done = 1};
  record.rates = {{0.1}, {0.0}};
  record.losses = {NAN};
  record.metrics = {{kTrainLoss, NAN}, {kValLoss, 0.4}, {kValAccuracy, 0.9}};
  record.diverged = true;
  store.AddEpoch(trial.id, record);
  store.EndAttempt(trial.id, TrialState::kPending, "");     // as if it had been cut off here
  EXPECT_FALSE(ResultOf(store, RulesOf(store), trial, 1));  // it is to be trained still
  store.BeginAttempt(trial.id, {.worker = 1});
  store.AddEpoch(trial.id, record);
  store.EndAttempt(trial.id, TrialState::kStopped, "");
  const auto result = ResultOf(store, RulesOf(store), trial, 1);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->value);
}

constexpr const char* kRace = "replicate: {axis: seed, race: {confidence: 0.95}}\n";
constexpr const char* kSixSeeds = "3, 1, 4, 0, 5, 9";

TEST_F(CoordinatorSearchTest, GroupsThatAreBehindInARaceGetNoMoreSeeds) {
  Run(Yaml(kRace, kSixSeeds), {});
  // 0.4 and 0.5 are as good as each other, with both step sizes; the others are 0.1 behind.
  EXPECT_THAT(
      Rows("SELECT json_extract(params, '$.optimizer.lr') AS lr, count(*), min(dropped), "
           "max(dropped) FROM trials GROUP BY lr ORDER BY lr"),
      ElementsAre("0.1 6 1 1", "0.2 6 1 1", "0.3 6 1 1", "0.4 12 0 0", "0.5 12 0 0", "0.6 6 1 1"));
  EXPECT_THAT(Rows("SELECT seed FROM trials WHERE dropped = 1 GROUP BY seed ORDER BY seed"),
              ElementsAre("1", "3", "4"));  // the first three as written
  EXPECT_THAT(Rows("SELECT n, dropped, count(*) FROM groups GROUP BY n ORDER BY min(place)"),
              ElementsAre("6 0 4", "3 1 8"));
}

TEST_F(CoordinatorSearchTest, ARaceIsTheSameFromAnyWorkersAndAfterInterrupts) {
  for (const std::string& pruner : {std::string(), std::string(kHyperband)}) {
    const std::string yaml = Yaml(pruner + kRace, kSixSeeds);
    const std::vector<std::string> expected = RunAnew(yaml, {});
    const std::string dropped = "SELECT trial_id, dropped FROM trials ORDER BY trial_id";
    const std::vector<std::string> expected_dropped = Rows(dropped);
    for (unsigned seed = 1; seed <= 4; ++seed) {
      const RunOptions options = {.workers = 1 + seed % 4,
                                  .seed = 1000 * seed,
                                  .stop_after = seed % 2 == 0 ? 1'000'000 : 40 * (int)seed};
      EXPECT_EQ(RunAnew(yaml, options), expected) << pruner << seed;
      EXPECT_EQ(Rows(dropped), expected_dropped) << pruner << seed;
    }
  }
}

TEST_F(CoordinatorSearchTest, RetriedFailuresDecideTheRaceAnew) {
  const std::string yaml = Yaml(kRace, kSixSeeds);
  const std::string remaining =
      "SELECT DISTINCT json_extract(params, '$.optimizer.lr') FROM trials WHERE in_space = 1 AND "
      "dropped = 0 ORDER BY 1";
  RunAnew(yaml, {.failing = {{0.4, 1}, {0.5, 4}}});
  EXPECT_THAT(Rows(remaining), ElementsAre("0.3", "0.6"));
  Run(yaml, {.retry_failed = true});
  EXPECT_THAT(Rows(remaining), ElementsAre("0.4", "0.5"));
  const std::string ranking = "SELECT place, trial_id, value FROM ranking ORDER BY place";
  const std::vector<std::string> retried = Rows(ranking);
  RunAnew(yaml, {});
  EXPECT_EQ(retried, Rows(ranking));
}

TEST_F(CoordinatorSearchTest, WithoutTheRaceTheFullSweepIsTheSameAsAFreshOne) {
  const std::string sql = "SELECT place, group_id, n, mean, dropped FROM groups ORDER BY place";
  RunAnew(Yaml("", kSixSeeds), {});
  const std::vector<std::string> full = Rows(sql);
  ASSERT_THAT(full, SizeIs(12));
  RunAnew(Yaml(kRace, kSixSeeds), {});
  EXPECT_NE(Rows(sql), full);
  Run(Yaml("", kSixSeeds), {.workers = 2});
  EXPECT_EQ(Rows(sql), full);
}

std::string TpeYaml(const std::string& search = "{sampler: tpe, trials: 26, batch: 4}") {
  return "name: t\ntraining: {epochs: 3, seed: {grid: [0, 1]}}\n"
         "optimizer: {lr: {uniform: [0.1, 0.9]}}\n"
         "scheduler: [{type: StepLR, step_size: {randint: [1, 4]}}, {type: ConstantLR}]\n"
         "search: " +
         search + "\n";
}

TEST_F(CoordinatorSearchTest, TpeIsTheSameFromAnyWorkersAndAfterInterrupts) {
  const std::vector<std::string> expected = RunAnew(TpeYaml(), {});
  EXPECT_THAT(Rows("SELECT scheduler, count(*), count(DISTINCT group_id) FROM trials GROUP BY 1"),
              ElementsAre("ConstantLR 52 26", "StepLR 52 26"));
  EXPECT_THAT(Rows("SELECT min(number), max(number), min(in_space) FROM trials"),
              ElementsAre("0 103 1"));
  for (unsigned seed = 1; seed <= 6; ++seed) {
    const RunOptions options = {.workers = 1 + seed % 4,
                                .seed = 1000 * seed,
                                .stop_after = seed % 2 == 0 ? 1'000'000 : 20 * (int)seed};
    EXPECT_EQ(RunAnew(TpeYaml(), options), expected) << seed;
  }
}

TEST_F(CoordinatorSearchTest, TpeFindsTheBestRate) {
  RunAnew(TpeYaml("{sampler: tpe, trials: 50}"), {.workers = 2});
  // The first 60 trials are random.
  EXPECT_THAT(Rows("SELECT avg(distance) FILTER (WHERE number >= 60) < 0.8 * avg(distance) FILTER "
                   "(WHERE number < 60) FROM (SELECT number, abs(json_extract(params, "
                   "'$.optimizer.lr') - 0.45) AS distance FROM trials)"),
              ElementsAre("1"));
}

TEST_F(CoordinatorSearchTest, TpeTrainsNothingAgainThatIsThere) {
  const std::vector<std::string> expected = RunAnew(TpeYaml(), {});
  const std::vector<std::string> attempts = Rows("SELECT count(*) FROM attempts");
  Run(TpeYaml(), {.workers = 3});
  EXPECT_EQ(Dump(), expected);
  EXPECT_EQ(Rows("SELECT count(*) FROM attempts"), attempts);
  // Its first rounds are the first points of the random sampler.
  const std::string ranking = "SELECT place, trial_id, value FROM ranking ORDER BY place";
  const std::vector<std::string> ranked = Rows(ranking);
  RunAnew(TpeYaml("{sampler: random, trials: 12}"), {});
  Run(TpeYaml(), {.workers = 2, .seed = 3});
  EXPECT_EQ(Rows("SELECT count(*) FROM attempts"), attempts);
  EXPECT_EQ(Rows(ranking), ranked);
}

TEST_F(CoordinatorSearchTest, RetriedFailuresLetTpeDecideAnew) {
  const std::string ranking = "SELECT place, trial_id, value FROM ranking ORDER BY place";
  RunAnew(TpeYaml(), {});
  const std::vector<std::string> sound = Rows(ranking);
  std::set<std::pair<double, int64_t>> failing;  // the best random points
  for (const std::string& rate :
       Rows("SELECT json_extract(params, '$.optimizer.lr') FROM trials WHERE number < 32 AND seed "
            "= 1 ORDER BY objective_value DESC LIMIT 6")) {
    failing.insert({std::stod(rate), 1});
  }
  RunAnew(TpeYaml(), {.failing = failing});
  EXPECT_THAT(Rows("SELECT count(*) FROM trials"), ElementsAre("104"));
  std::vector<std::string> retried;
  for (const unsigned seed : {1U, 2U}) {
    RunAnew(TpeYaml(), {.failing = failing});
    Run(TpeYaml(), {.workers = seed, .seed = seed, .stop_after = 50, .retry_failed = true});
    EXPECT_EQ(Rows(ranking), sound);
    const std::vector<std::string> left =
        Rows("SELECT number, trial_id FROM trials WHERE in_space = 0 ORDER BY number");
    EXPECT_FALSE(left.empty());
    if (seed == 1) retried = Dump();
  }
  EXPECT_EQ(Dump(), retried);
}

}  // namespace
}  // namespace lrsweep
