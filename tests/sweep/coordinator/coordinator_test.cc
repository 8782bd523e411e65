#include "sweep/coordinator/coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "data/sha256.h"
#include "params/errors.h"
#include "sweep/search/grid_source.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// Trials with the seeds 0 to `count` - 1.
SweepConfig Seeds(int count, int epochs = 2) {
  std::string seeds;
  for (int seed = 0; seed < count; ++seed) seeds += (seed > 0 ? ", " : "") + std::to_string(seed);
  return ParseSweepConfig("name: t\ntraining: {epochs: " + std::to_string(epochs) +
                              ", seed: {grid: [" + seeds +
                              "]}}\noptimizer: {lr: 0.1}\n"
                              "scheduler: {type: StepLR, step_size: 1}\n",
                          "s.yaml");
}

EpochRecord Epoch(int64_t number, double accuracy) {
  EpochRecord record;
  record.epoch = number;
  record.steps_done = number * 2;
  record.losses = {0.5F, 0.4F};
  record.rates = {{0.1}, {0.0}};
  record.metrics = {{kTrainLoss, 0.45}, {kValLoss, 0.4}, {kValAccuracy, accuracy}};
  return record;
}

/// Workers that are told by the test what happens to the trials of each seed.
class FakePool : public WorkerPool {
 public:
  explicit FakePool(int64_t workers, int64_t pack_size = 1) : workers_(workers) {
    for (int64_t worker = 1; worker <= workers; ++worker) {
      Report(worker, WorkerReady{{worker, "host", "cpu", "fake", "", pack_size}});
    }
  }

  void RefuseAll() {
    events_.clear();
    for (int64_t worker = 1; worker <= workers_; ++worker) {
      Report(worker, WorkerRefused{worker, "host", "no data"});
    }
  }
  void FailSeed(int64_t seed) { failing_.insert(seed); }
  void DivergeSeed(int64_t seed) { diverging_.insert(seed); }
  void NeverEndSeed(int64_t seed) { endless_.insert(seed); }
  /// The worker fails every trial at once.
  void BreakWorker(int64_t worker) { broken_.insert(worker); }
  /// The worker's executor becomes unusable in the first trial that it is given.
  void SpoilWorker(int64_t worker) { spoiled_.insert(worker); }
  /// The worker reports itself ready, with this GPU.
  void AnnounceGpu(int64_t worker, const std::string& host, const std::string& gpu) {
    events_[worker] = {WorkerReady{{worker, host, "cuda:0", "fake", "", 1, gpu}}};
  }
  /// The seed's trial does not end the first time.
  void HangOnceInSeed(int64_t seed) { hanging_once_.insert(seed); }
  /// The pack in which the seed is breaks off after its first epoch, if it has other trials.
  void BreakPackOf(int64_t seed) { breaking_.insert(seed); }
  void Report(int64_t worker, Event event) { events_[worker].push_back(std::move(event)); }

  /// Its process ends, and nothing more is heard of it.
  void Kill(int64_t worker) {
    events_.erase(worker);
    if (how_they_end_.empty()) {
      gone_.insert(worker);
    } else {
      killed_.insert(worker);
      Report(worker, WorkerGone{worker, how_they_end_});
    }
  }
  /// From now on it is told at once how the process of a worker ended.
  void TellHowWorkersEnd(std::string how) { how_they_end_ = std::move(how); }
  /// The worker dies when it is given the seed, so many times.
  void DieOfSeed(int64_t seed, int times) { deadly_[seed] = times; }
  /// Where the seed goes on after its first epoch, reported with it.
  void CheckpointSeed(int64_t seed, const std::string& data) { checkpoints_[seed] = data; }

  int64_t size() const override { return workers_; }
  void StopAll() override {}
  void Dismiss(int64_t worker) override { dismissed_.insert(worker); }

  /// The worker obeys when the epoch that it is in has ended, unless that is the trial's last one.
  void Send(int64_t worker, const EndTrial& order) override {
    orders_.push_back(order);
    std::deque<Event> events = std::exchange(events_[worker], {});
    int64_t epoch = 0;  // of the order's trial, in what follows
    bool has_left = false;
    for (Event& event : events) {
      const bool is_of_trial = TrialOf(event) == order.trial_id;
      const auto* finished = std::get_if<EpochFinished>(&event);
      if (is_of_trial && epoch > 0 && finished != nullptr && !has_left) {
        has_left = true;
        Report(worker, TrialEnded{worker, order.trial_id, TrialState::kStopped, ""});
      }
      if (is_of_trial && finished != nullptr) epoch = finished->record.epoch;
      if (!is_of_trial || !has_left) Report(worker, std::move(event));
    }
  }
  bool IsGone(int64_t worker) const override { return gone_.count(worker) > 0; }

  void Start(int64_t worker, const PackTask& pack) override {
    for (const TrialTask& task : pack.trials) {
      const int64_t seed = std::get<int64_t>(*Find(task.params, "training.seed"));
      given_checkpoints_[seed] = task.checkpoint;
      if (deadly_[seed]-- > 0) Kill(worker);
    }
    if (IsGone(worker) || killed_.count(worker) > 0) return;
    if (spoiled_.count(worker) > 0) {
      if (spoiled_.erase(worker) > 0) Report(worker, WorkerRefused{worker, "host", "sticky error"});
      gone_.insert(worker);
      return;
    }
    std::vector<int64_t> seeds;
    for (const TrialTask& task : pack.trials) {
      seeds.push_back(std::get<int64_t>(*Find(task.params, "training.seed")));
    }
    started_seeds_.insert(started_seeds_.end(), seeds.begin(), seeds.end());
    packs_.push_back(seeds);
    held_[worker] += static_cast<int64_t>(seeds.size());
    const bool breaks = seeds.size() > 1 && std::any_of(seeds.begin(), seeds.end(), [this](auto s) {
                          return breaking_.count(s) > 0;
                        });
    std::vector<std::deque<Event>> members;
    for (size_t i = 0; i < seeds.size(); ++i) {
      const std::string& id = pack.trials[i].trial_id;
      members.push_back(breaks ? BreakOff(worker, id) : Train(worker, pack.trials[i], seeds[i]));
    }
    SendInTurn(worker, members);
  }

  /// One event of each worker in turn.
  void Wait(std::chrono::milliseconds /*timeout*/, const EventSink& sink) override {
    for (auto& [worker, events] : events_) {
      if (events.empty()) continue;
      const Event event = events.front();
      events.pop_front();
      if (std::holds_alternative<TrialEnded>(event) && --held_[worker] == 0) ++ran_dry_;
      sink(event);
    }
  }

  const std::vector<EndTrial>& orders() const { return orders_; }
  const std::set<int64_t>& dismissed() const { return dismissed_; }
  /// The checkpoint that came with the seed's last task.
  const std::string& given_checkpoint(int64_t seed) { return given_checkpoints_[seed]; }
  const std::vector<int64_t>& started_seeds() const { return started_seeds_; }
  /// The seeds of each pack, in the order in which the packs were given out.
  const std::vector<std::vector<int64_t>>& packs() const { return packs_; }
  /// Nothing more will be heard.
  bool quiet() const {
    return std::all_of(events_.begin(), events_.end(),
                       [](const auto& worker) { return worker.second.empty(); });
  }
  /// How often a trial ended and its worker had no next one.
  int64_t ran_dry() const { return ran_dry_; }

 private:
  static std::string TrialOf(const Event& event) {
    if (const auto* finished = std::get_if<EpochFinished>(&event)) return finished->trial_id;
    if (const auto* made = std::get_if<CheckpointMade>(&event)) return made->trial_id;
    if (const auto* ended = std::get_if<TrialEnded>(&event)) return ended->trial_id;
    return "";
  }

  std::deque<Event> Train(int64_t worker, const TrialTask& task, int64_t seed) {
    const std::string& id = task.trial_id;
    if (failing_.count(seed) + broken_.count(worker) > 0) {
      return {TrialEnded{worker, id, TrialState::kFailed, "it broke"}};
    }
    if (diverging_.count(seed) > 0) {
      EpochRecord record = Epoch(1, 0.1);
      record.metrics[kTrainLoss] = std::numeric_limits<double>::quiet_NaN();
      record.diverged = true;
      return {EpochFinished{worker, id, record}, TrialEnded{worker, id, TrialState::kStopped, ""}};
    }
    const double accuracy = 0.9 + 0.01 * static_cast<double>(seed % 4);
    if (checkpoints_.count(seed) > 0 && given_checkpoints_[seed].empty()) {
      const std::string& data = checkpoints_[seed];
      return {EpochFinished{worker, id, Epoch(1, 0.5)},
              CheckpointMade{worker, id, 1, Sha256Hex(data), data}};
    }
    if (endless_.count(seed) + hanging_once_.erase(seed) > 0)
      return {EpochFinished{worker, id, Epoch(1, 0.5)}};
    std::deque<Event> events;
    const int64_t epochs = std::get<int64_t>(*Find(task.params, "training.epochs"));
    const int64_t last = task.until > 0 ? task.until : epochs;
    for (int64_t epoch = task.epochs_done + 1; epoch <= last; ++epoch) {
      events.push_back(EpochFinished{worker, id, Epoch(epoch, epoch == epochs ? accuracy : 0.5)});
    }
    if (last < epochs) {
      const std::string data = "state after epoch " + std::to_string(last);
      events.push_back(CheckpointMade{worker, id, last, Sha256Hex(data), data});
      events.push_back(TrialEnded{worker, id, TrialState::kPending, ""});
      return events;
    }
    events.push_back(TrialEnded{worker, id, TrialState::kCompleted, ""});
    return events;
  }

  std::deque<Event> BreakOff(int64_t worker, const std::string& id) {
    return {EpochFinished{worker, id, Epoch(1, 0.5)},
            TrialEnded{worker, id, TrialState::kFailed, "out of memory"}};
  }

  /// The first event of each member, then the second of each, and so on.
  void SendInTurn(int64_t worker, std::vector<std::deque<Event>> members) {
    for (bool more = true; more;) {
      more = false;
      for (auto& events : members) {
        if (events.empty()) continue;
        events_[worker].push_back(events.front());
        events.pop_front();
        more = true;
      }
    }
  }

  int64_t workers_;
  std::map<int64_t, std::deque<Event>> events_;  // by worker
  std::set<int64_t> failing_, diverging_, endless_, hanging_once_, breaking_;
  std::set<int64_t> broken_, spoiled_;  // workers
  std::vector<int64_t> started_seeds_;
  std::vector<std::vector<int64_t>> packs_;
  std::map<int64_t, int64_t> held_;
  std::set<int64_t> gone_, killed_, dismissed_;
  std::string how_they_end_;
  std::vector<EndTrial> orders_;
  std::map<int64_t, int> deadly_;
  std::map<int64_t, std::string> checkpoints_, given_checkpoints_;
  int64_t ran_dry_ = 0;
};

/// What the user is told.
class ListeningView : public ProgressView {
 public:
  void OnNotice(const std::string& sentence) override { notices_.push_back(sentence); }
  void OnWarning(const std::string& sentence) override { warnings_.push_back(sentence); }

  std::vector<std::string> notices_, warnings_;
};

class CoordinatorTest : public testing::Test {
 protected:
  explicit CoordinatorTest(int seeds = 5, int epochs = 2) : space_(Seeds(seeds, epochs)) {}

  RunOutcome Run(
      FakePool& pool, const std::function<bool()>& should_continue = [] { return true; }) {
    GridSource source(space_, store_.PendingIds());
    return RunWith(source, pool, should_continue);
  }
  RunOutcome RunWith(
      TrialSource& source, FakePool& pool,
      const std::function<bool()>& should_continue = [] { return true; }) {
    Coordinator coordinator(source, store_, pool, view_, should_continue, Now(), options_);
    const RunOutcome outcome = coordinator.Run();
    state_ = coordinator.state();
    return outcome;
  }
  /// A clock by which nothing is short: a second passes whenever it is read.
  std::function<Coordinator::TimePoint()> Now() {
    return [this] { return now_ += std::chrono::seconds(1); };
  }
  std::vector<std::string> States() {
    std::vector<std::string> states;
    for (const TrialRow& row : store_.Trials()) states.push_back(row.state);
    return states;
  }

  TempFolder folder_;
  SearchSpace space_;
  Store store_ = Store::Create(folder_ / "t.db", {.name = "t"}, space_.size(),
                               [this](size_t i) { return space_.At(i); });
  ListeningView view_;
  SweepState state_;
  Coordinator::TimePoint now_{};
  CoordinatorOptions options_{.worker_timeout = std::chrono::hours(24),
                              .stop_limit = std::chrono::seconds(5)};
};

TEST_F(CoordinatorTest, TrainsEveryTrialOnce) {
  FakePool pool(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_THAT(pool.started_seeds(), UnorderedElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(),
              ElementsAre("completed", "completed", "completed", "completed", "completed"));
}

TEST_F(CoordinatorTest, MoreWorkersThanTrialsIsFine) {
  FakePool pool(9);
  Run(pool);
  EXPECT_EQ(pool.started_seeds().size(), 5U);
}

TEST_F(CoordinatorTest, RecordsWhatWorkersReport) {
  FakePool pool(1);
  Run(pool);
  const auto epochs = store_.Epochs(space_.At(3).id);
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(MetricValue(epochs[1].metrics, kValAccuracy), 0.93);
  EXPECT_EQ(epochs[1].steps_done, 4);
  const auto attempts = store_.Attempts(space_.At(3).id);
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].by.engine, "fake");
}

TEST_F(CoordinatorTest, KnowsTheBestTrial) {
  FakePool pool(2);
  Run(pool);
  ASSERT_TRUE(state_.best.has_value());
  EXPECT_EQ(state_.best->trial.seed, 3);
  EXPECT_EQ(state_.best->value, 0.93);
}

TEST_F(CoordinatorTest, OfEqualTrialsTheSmallerIdIsBestAsInTheRanking) {
  SweepConfig twins = ParseSweepConfig(
      "name: t\ntraining: {epochs: 2, seed: {grid: [0, 4, 8, 12, 16]}}\noptimizer: {lr: 0.1}\n"
      "scheduler: {type: StepLR, step_size: 1}\n",
      "s.yaml");
  const SearchSpace space(twins);
  Store store = Store::Create(folder_ / "twins.db", {.name = "t"}, space.size(),
                              [&space](size_t i) { return space.At(i); });
  FakePool pool(1);
  GridSource source(space, store.PendingIds());
  Coordinator coordinator(source, store, pool, view_, [] { return true; });
  coordinator.Run();
  std::string smallest = space.At(0).id;
  for (size_t i = 1; i < space.size(); ++i) smallest = std::min(smallest, space.At(i).id);
  EXPECT_EQ(coordinator.state().best->trial.id, smallest);
}

TEST_F(CoordinatorTest, FailureIsOneTrialsOwn) {
  FakePool pool(2);
  pool.FailSeed(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "failed", "completed", "completed"));
  EXPECT_EQ(store_.Trials()[2].error, "it broke");
}

TEST_F(CoordinatorTest, DivergedTrialIsStopped) {
  FakePool pool(2);
  pool.DivergeSeed(4);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_EQ(state_.stopped, 1);
  EXPECT_TRUE(store_.Trials()[4].diverged);
  EXPECT_EQ(States()[4], "stopped");
}

TEST_F(CoordinatorTest, RemainingEpochsShrinkWithTrialsThatEndEarly) {
  FakePool pool(2);
  pool.FailSeed(0);
  pool.DivergeSeed(4);
  Run(pool);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(CoordinatorTest, InterruptLeavesNoTrialRunning) {
  FakePool pool(1);
  pool.NeverEndSeed(1);
  int asked = 0;
  const RunOutcome outcome = Run(pool, [&asked] { return ++asked < 20; });
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_THAT(States(), ElementsAre("completed", "pending", "pending", "pending", "pending"));
  EXPECT_THAT(store_.Attempts(space_.At(1).id).at(0).error, testing::Optional(HasSubstr("interr")));
}

TEST_F(CoordinatorTest, InterruptBeforeTheFirstTrialLeavesAllPending) {
  FakePool pool(1);
  const RunOutcome outcome = Run(pool, [] { return false; });
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_THAT(pool.started_seeds(), IsEmpty());
}

TEST_F(CoordinatorTest, InterruptBlamesNoPrefetchedTrial) {
  FakePool pool(1);
  pool.NeverEndSeed(1);
  Run(pool, [&pool] { return !pool.quiet() || pool.started_seeds().size() < 3; });
  // Seed 1 is in its last epoch: seed 2 is with the worker already.
  EXPECT_THAT(pool.started_seeds(), ElementsAre(0, 1, 2));
  EXPECT_EQ(store_.Attempts(space_.At(1).id).size(), 1U);
  EXPECT_THAT(store_.Attempts(space_.At(2).id), IsEmpty());
  EXPECT_EQ(store_.Trials()[2].started_at, std::nullopt);
  EXPECT_THAT(States(), ElementsAre("completed", "pending", "pending", "pending", "pending"));
}

TEST_F(CoordinatorTest, OnlyTrialsInTrainingAreShownAsRunning) {
  FakePool pool(1);
  pool.NeverEndSeed(1);
  std::vector<std::string> running;
  const SweepState* state = nullptr;
  const auto should_continue = [&] {
    running.clear();
    for (const auto& [id, live] : state->running) running.push_back(id);
    return !pool.quiet() || pool.started_seeds().size() < 3;
  };
  GridSource source(space_, store_.PendingIds());
  Coordinator coordinator(source, store_, pool, view_, should_continue, Now());
  state = &coordinator.state();
  coordinator.Run();
  EXPECT_THAT(running, ElementsAre(space_.At(1).id));
}

TEST_F(CoordinatorTest, ReportsOfATrialThatAnotherWorkerHoldsAreIgnored) {
  FakePool pool(2);
  pool.Report(2, TrialEnded{2, space_.At(0).id, TrialState::kFailed, "not mine"});
  pool.Report(2, EpochFinished{2, space_.At(0).id, Epoch(1, 0.1)});
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_THAT(States(), Each("completed"));
}

std::vector<std::string> Outcomes(const std::vector<AttemptRow>& attempts) {
  std::vector<std::string> outcomes;
  for (const AttemptRow& attempt : attempts) outcomes.push_back(attempt.outcome.value_or("none"));
  return outcomes;
}

TEST_F(CoordinatorTest, ASecondRunTrainsOnlyWhatIsLeft) {
  FakePool first(1);
  first.NeverEndSeed(2);
  Run(first, [&first] { return !first.quiet() || first.started_seeds().size() < 3; });
  FakePool second(2);
  const RunOutcome outcome = Run(second);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(second.started_seeds(), UnorderedElementsAre(2, 3, 4));
  EXPECT_EQ(state_.completed, 5);
  EXPECT_EQ(state_.epochs_done, 10);
  EXPECT_EQ(state_.best->trial.seed, 3);
}

TEST_F(CoordinatorTest, ARunOfAFinishedSweepTrainsNothing) {
  FakePool first(2);
  first.FailSeed(4);
  Run(first);
  FakePool second(2);
  Run(second);
  EXPECT_THAT(second.started_seeds(), IsEmpty());
  EXPECT_EQ(state_.completed, 4);
  EXPECT_EQ(state_.failed, 1);
}

TEST_F(CoordinatorTest, ATrialResumesFromItsCheckpoint) {
  FakePool first(1);
  first.CheckpointSeed(0, "state of seed 0");
  Run(first, [&first] { return !first.quiet() || first.started_seeds().empty(); });
  FakePool second(1);
  Run(second);
  EXPECT_EQ(second.given_checkpoint(0), "state of seed 0");
  EXPECT_EQ(store_.Attempts(space_.At(0).id).back().first_epoch, 2);
  EXPECT_EQ(store_.Epochs(space_.At(0).id).size(), 2U);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(store_.CheckpointEpochs(), IsEmpty());
}

TEST_F(CoordinatorTest, ATrialWithADamagedCheckpointStartsAgainAndTheReasonIsStored) {
  FakePool first(1);
  first.CheckpointSeed(0, "state of seed 0");
  Run(first, [&first] { return !first.quiet() || first.started_seeds().empty(); });
  const std::string id = space_.At(0).id;
  store_.BeginAttempt(id, {}, 2);
  store_.AddEpoch(id, Epoch(2, 0.5));
  store_.SaveCheckpoint(id, {2, Sha256Hex("what it was"), "what it became"});
  store_.EndAttempt(id, TrialState::kPending, "");
  FakePool second(1);
  Run(second);
  EXPECT_EQ(second.given_checkpoint(0), "");
  EXPECT_THAT(store_.Attempts(id).at(1).error, testing::Optional(HasSubstr("damaged")));
  EXPECT_EQ(store_.Attempts(id).back().first_epoch, 1);
}

TEST_F(CoordinatorTest, AnotherWorkerTrainsWhatADeadOneLeft) {
  FakePool pool(2);
  pool.DieOfSeed(1, 1);
  const RunOutcome outcome = Run(pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(Outcomes(store_.Attempts(space_.At(1).id)), ElementsAre("lost", "completed"));
}

TEST_F(CoordinatorTest, HowALostWorkerEndedIsRecordedWhereThePoolKnowsIt) {
  FakePool pool(2);
  pool.TellHowWorkersEnd("its process was ended by SIGSEGV");
  pool.DieOfSeed(0, 1);
  Run(pool);
  EXPECT_THAT(States(), Each("completed"));
  const auto attempts = store_.Attempts(space_.At(0).id);
  EXPECT_THAT(Outcomes(attempts), ElementsAre("lost", "completed"));
  EXPECT_THAT(attempts[0].error,
              testing::Optional(HasSubstr("epoch 0: its process was ended by SIGSEGV")));
}

TEST_F(CoordinatorTest, PrefetchedTrialsAreNotBlamedForALostWorker) {
  FakePool pool(2);
  pool.HangOnceInSeed(0);
  options_.worker_timeout = std::chrono::seconds(100);
  Run(pool);
  EXPECT_THAT(Outcomes(store_.Attempts(space_.At(0).id)), ElementsAre("lost", "completed"));
  for (const size_t trial : {1U, 2U, 3U, 4U}) {
    EXPECT_THAT(Outcomes(store_.Attempts(space_.At(trial).id)), ElementsAre("completed")) << trial;
  }
}

TEST_F(CoordinatorTest, ASilentWorkerIsMarkedDeadAndItsLateResultsAreIgnored) {
  FakePool pool(2);
  pool.NeverEndSeed(0);
  options_.worker_timeout = std::chrono::seconds(100);
  bool spoke_late = false;
  const std::string id = space_.At(0).id;
  Run(pool, [&] {
    const auto outcomes = Outcomes(store_.Attempts(id));
    if (!spoke_late && !outcomes.empty() && outcomes[0] == "lost") {
      spoke_late = true;
      pool.Report(1, TrialEnded{1, id, TrialState::kCompleted, ""});
      pool.Report(1, EpochFinished{1, id, Epoch(2, 0.99)});
    }
    return outcomes.size() < 2 || !pool.quiet();
  });
  EXPECT_TRUE(spoke_late);
  EXPECT_THAT(pool.dismissed(), ElementsAre(1));
  EXPECT_EQ(store_.TrialById(id).state, "pending");  // the second worker is in it
  EXPECT_EQ(store_.Epochs(id).size(), 1U);
}

TEST_F(CoordinatorTest, ATrialThatBringsDownThreeWorkersFailsAndTheOthersComplete) {
  FakePool pool(5);
  pool.DieOfSeed(2, 3);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "failed", "completed", "completed"));
  EXPECT_THAT(Outcomes(store_.Attempts(space_.At(2).id)), ElementsAre("lost", "lost", "lost"));
  EXPECT_THAT(store_.Trials()[2].error,
              testing::Optional(HasSubstr("it brought down 3 workers, the last time worker")));
}

TEST_F(CoordinatorTest, WhenAllWorkersAreLostTheRestIsPending) {
  FakePool pool(2);
  pool.DieOfSeed(0, 1);
  pool.DieOfSeed(1, 1);
  const RunOutcome outcome = Run(pool);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_TRUE(outcome.lost_all_workers);
  EXPECT_THAT(States(), Each("pending"));
}

TEST_F(CoordinatorTest, MembersOfAPackThatBroughtItsWorkerDownAreRetriedAlone) {
  FakePool pool(2, 5);
  pool.DieOfSeed(0, 1);
  Run(pool);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_EQ(store_.LostAttempts(space_.At(0).id), 0);
}

TEST_F(CoordinatorTest, TheNextRunRetriesThemAloneToo) {
  FakePool dying(1, 5);
  dying.DieOfSeed(0, 1);
  EXPECT_TRUE(Run(dying).lost_all_workers);
  FakePool pool(1, 5);
  Run(pool);
  EXPECT_THAT(pool.packs(), SizeIs(5));
  EXPECT_THAT(States(), Each("completed"));
}

TEST_F(CoordinatorTest, ATrialThatFailsAtOnceIsTriedOnAnotherWorker) {
  FakePool pool(2);
  pool.FailSeed(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 1);
  const auto attempts = store_.Attempts(space_.At(2).id);
  ASSERT_THAT(Outcomes(attempts), ElementsAre("interrupted", "failed"));
  EXPECT_NE(attempts[0].by.worker, attempts[1].by.worker);
  EXPECT_EQ(attempts[0].error,
            "it failed before its first epoch, and is tried on another worker: it broke");
  EXPECT_EQ(attempts[1].error, "it broke");
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(CoordinatorTest, ALoneWorkersTrialFailsAtItsFirstAttempt) {
  FakePool pool(1);
  pool.BreakWorker(1);
  const RunOutcome outcome = Run(pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(outcome.failed, 5);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_THAT(Outcomes(store_.Attempts(space_.At(i).id)), ElementsAre("failed"));
  }
  EXPECT_THAT(state_.excluded, IsEmpty());
}

TEST_F(CoordinatorTest, AWorkerWhoseExecutorIsUnusableIsLostWithItsReason) {
  FakePool pool(2);
  pool.SpoilWorker(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(Outcomes(store_.Attempts(space_.At(1).id)), ElementsAre("lost", "completed"));
  EXPECT_THAT(store_.Attempts(space_.At(1).id)[0].error,
              testing::Optional(HasSubstr("sticky error")));
  EXPECT_THAT(view_.notices_,
              ElementsAre("worker 2 on host (cpu) gets no trials any more: sticky error"));
  ASSERT_THAT(state_.excluded, SizeIs(1));
  EXPECT_EQ(store_.ExcludedWorkers().size(), 1U);
}

TEST_F(CoordinatorTest, WhenEveryExecutorIsUnusableTheRestIsPending) {
  FakePool pool(2);
  pool.SpoilWorker(1);
  pool.SpoilWorker(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_TRUE(outcome.lost_all_workers);
  EXPECT_THAT(States(), Each("pending"));
  EXPECT_THAT(state_.excluded, SizeIs(2));
}

TEST_F(CoordinatorTest, WorkersOnOneGpuAreWarnedOfOncePerHost) {
  FakePool pool(6);
  for (const int64_t worker : {1, 2, 3}) pool.AnnounceGpu(worker, "a", "0");
  pool.AnnounceGpu(4, "b", "0");
  pool.AnnounceGpu(5, "b", "1");
  pool.AnnounceGpu(6, "c", "0");
  Run(pool);
  ASSERT_THAT(view_.warnings_, SizeIs(1));
  EXPECT_THAT(view_.warnings_[0],
              HasSubstr("workers 1 and 2 on a seem to use the same GPU (cuda:0)"));
}

TEST_F(CoordinatorTest, WorkersOnCpusAreNotWarnedOf) {
  FakePool pool(3);
  Run(pool);
  EXPECT_THAT(view_.warnings_, IsEmpty());
}

class ManyTrialsTest : public CoordinatorTest {
 protected:
  ManyTrialsTest() : CoordinatorTest(40) {}
};

TEST_F(ManyTrialsTest, WorkerHasItsNextTrialBeforeTheLastOneEnds) {
  FakePool pool(2);
  Run(pool);
  // But where so little is left that another worker may need it.
  EXPECT_LE(pool.ran_dry(), 3);
  EXPECT_THAT(States(), Each("completed"));
}

TEST_F(ManyTrialsTest, PacksAreAsLargeAsTheWorkerLikesAndFairWhenLittleIsLeft) {
  FakePool pool(2, 16);
  Run(pool);
  std::vector<size_t> sizes;
  for (const auto& pack : pool.packs()) sizes.push_back(pack.size());
  // 40 trials: 16 each, and then 4 each.
  EXPECT_THAT(sizes, ElementsAre(16, 16, 4, 4));
}

TEST_F(ManyTrialsTest, FewTrialsAreSpreadOverAllWorkers) {
  FakePool pool(4, 64);
  Run(pool);
  ASSERT_EQ(pool.packs().size(), 4U);
  EXPECT_THAT(pool.packs(), Each(SizeIs(10)));
}

TEST_F(ManyTrialsTest, AttemptsSayHowManyWereTrainedTogether) {
  FakePool pool(4, 64);
  Run(pool);
  EXPECT_EQ(store_.Attempts(space_.At(7).id).at(0).pack_size, 10);
}

TEST_F(ManyTrialsTest, ABrokenWorkerGetsNoTrialsAnyMoreAndNoTrialFails) {
  FakePool pool(3);
  pool.BreakWorker(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_THAT(States(), Each("completed"));
  const std::string sentence =
      "worker 2 on host (cpu) gets no trials any more: its last 3 trials failed before their first "
      "epoch, while another worker could train: it broke";
  EXPECT_THAT(view_.notices_, ElementsAre(sentence));
  ASSERT_THAT(state_.excluded, SizeIs(1));
  const auto stored = store_.ExcludedWorkers();
  ASSERT_THAT(stored, SizeIs(1));
  EXPECT_EQ(Describe(stored[0]), sentence);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(ManyTrialsTest, SeveralBrokenWorkersFailNoTrialEither) {
  FakePool pool(5);
  for (const int64_t worker : {1, 2, 4}) pool.BreakWorker(worker);
  const RunOutcome outcome = Run(pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(state_.excluded, SizeIs(3));
}

TEST_F(ManyTrialsTest, BrokenWorkersFailNoTrialWhereTheHealthyOneMetABadOne) {
  FakePool pool(3);
  pool.BreakWorker(1);
  pool.BreakWorker(2);
  pool.FailSeed(10);
  EXPECT_EQ(Run(pool).failed, 1);
  EXPECT_EQ(States()[10], "failed");
  EXPECT_THAT(state_.excluded, SizeIs(2));
}

TEST_F(ManyTrialsTest, ABrokenWorkerThatTakesPacksIsExcludedToo) {
  FakePool pool(3, 4);
  pool.BreakWorker(2);
  EXPECT_EQ(Run(pool).failed, 0);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(state_.excluded, SizeIs(1));
}

TEST_F(ManyTrialsTest, WhereEveryTrialFailsEverywhereNoWorkerIsBlamed) {
  FakePool pool(3);
  for (const int64_t worker : {1, 2, 3}) pool.BreakWorker(worker);
  const RunOutcome outcome = Run(pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(outcome.failed, 40);
  EXPECT_THAT(States(), Each("failed"));
  EXPECT_EQ(store_.Trials()[7].error, "it broke");
  EXPECT_THAT(state_.excluded, IsEmpty());
  EXPECT_THAT(view_.notices_, IsEmpty());
  EXPECT_LE(pool.started_seeds().size(), 3 * 40U);
}

TEST_F(ManyTrialsTest, TheLastWorkerThatIsNotExcludedTrainsTheRest) {
  FakePool pool(2);
  pool.BreakWorker(1);
  pool.FailSeed(39);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_EQ(States()[39], "failed");
  EXPECT_THAT(state_.excluded, SizeIs(1));
}

TEST_F(ManyTrialsTest, WhatABrokenWorkerLeftIsPendingAfterAnInterrupt) {
  FakePool pool(2);
  pool.BreakWorker(1);
  pool.NeverEndSeed(1);
  int asked = 0;
  EXPECT_TRUE(Run(pool, [&asked] { return ++asked < 30; }).interrupted);
  EXPECT_THAT(States(), Each(testing::AnyOf("pending", "completed")));
}

TEST_F(CoordinatorTest, TrialThatEndsEarlyLeavesItsPackToTheOthers) {
  FakePool pool(1, 5);
  pool.DivergeSeed(1);
  Run(pool);
  EXPECT_THAT(States(), ElementsAre("completed", "stopped", "completed", "completed", "completed"));
  EXPECT_EQ(pool.packs().size(), 1U);
}

TEST_F(CoordinatorTest, MembersOfAPackThatFailedAreRetriedAlone) {
  FakePool pool(1, 5);
  pool.BreakPackOf(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(pool.packs(), ElementsAre(ElementsAre(0, 1, 2, 3, 4), ElementsAre(0), ElementsAre(1),
                                        ElementsAre(2), ElementsAre(3), ElementsAre(4)));
  const auto attempts = store_.Attempts(space_.At(3).id);
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].pack_size, 5);
  EXPECT_EQ(attempts[0].outcome, "interrupted");
  EXPECT_EQ(attempts[0].error, "the pack of 5 broke off: out of memory");
  EXPECT_EQ(attempts[1].pack_size, 1);
  EXPECT_EQ(store_.Epochs(space_.At(3).id).size(), 2U);
  EXPECT_EQ(store_.Trials()[3].error, std::nullopt);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(CoordinatorTest, OnlyTheTrialThatFailsAloneIsFailed) {
  FakePool pool(2, 5);
  pool.BreakPackOf(2);
  pool.FailSeed(2);
  const RunOutcome outcome = Run(pool);
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "failed", "completed", "completed"));
  EXPECT_EQ(store_.Trials()[2].error, "it broke");
  EXPECT_THAT(Outcomes(store_.Attempts(space_.At(2).id)),
              ElementsAre("interrupted", "interrupted", "failed"))
      << "in the pack, alone, and alone on the other worker";
}

TEST_F(CoordinatorTest, NoWorkerThatCanTrainIsAnErrorWithItsReason) {
  FakePool pool(2);
  pool.RefuseAll();
  try {
    Run(pool);
    FAIL() << "no error";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("worker 2 on host: no data"));
  }
}

// ---- Sources that decide

/// A grid that holds and ends trials as the test says, and gives held ones again when it is told.
class DecidingSource : public GridSource {
 public:
  using GridSource::GridSource;

  int64_t UntilOf(const Trial& trial) const override {
    const auto found = until_.find(trial.seed);
    return found == until_.end() ? EpochsOf(trial) : found->second;
  }

  std::optional<Trial> Next() override {
    if (resumable_.empty()) {
      std::optional<Trial> next = is_waiting_ ? std::nullopt : GridSource::Next();
      if (next) given_.insert(next->seed);
      return next;
    }
    Trial trial = std::move(resumable_.front());
    resumable_.pop_front();
    return trial;
  }

  int64_t epochs_left() const override {
    int64_t epochs = GridSource::epochs_left();
    for (const auto& [seed, until] : until_) {
      if (given_.count(seed) == 0) epochs -= 4 - until;
    }
    for (const Trial& trial : resumable_) epochs += UntilOf(trial);
    return epochs;
  }

  std::vector<Decision> OnEpoch(const Trial& trial, const EpochRecord& record) override {
    const auto found = after_epoch_.find({trial.seed, record.epoch});
    return found == after_epoch_.end() ? std::vector<Decision>{} : found->second;
  }

  std::vector<Decision> OnEnd(const Trial& trial, TrialState state,
                              const std::optional<double>& value) override {
    ends_.emplace_back(trial.seed, state);
    if (value) values_[trial.seed] = *value;
    is_waiting_ = false;
    if (state == TrialState::kPending) held_.push_back(trial);
    if (resumes_after_ends_ && ends_.size() == resumes_after_ends_) {
      resumable_ = std::exchange(held_, {});
      until_.clear();
    }
    const auto found = after_ends_.find(ends_.size());
    return found == after_ends_.end() ? std::vector<Decision>{} : found->second;
  }

  std::map<std::pair<int64_t, int64_t>, std::vector<Decision>> after_epoch_;  // by seed and epoch
  std::map<size_t, std::vector<Decision>> after_ends_;  // by the number of ends
  std::map<int64_t, int64_t> until_;                    // by seed; else its length
  size_t resumes_after_ends_ = 0;                       // 0: held trials stay held
  bool is_waiting_ = false;                             // gives nothing until a trial has ended
  std::vector<std::pair<int64_t, TrialState>> ends_;    // in the order in which they were told
  std::map<int64_t, double> values_;                    // by seed

 private:
  std::deque<Trial> held_, resumable_;
  std::set<int64_t> given_;  // seeds
};

/// Four trials of four epochs, whose source decides.
class DecisionsTest : public CoordinatorTest {
 protected:
  DecisionsTest() : CoordinatorTest(4, 4) {}

  const std::string& IdOf(size_t seed) { return ids_.emplace_back(space_.IdAt(seed)); }
  Decision End(size_t seed) { return {IdOf(seed), "worse than the others"}; }

  DecidingSource source_{space_, store_.PendingIds()};

 private:
  std::deque<std::string> ids_;
};

TEST_F(DecisionsTest, AnEndedTrialIsStoppedWithItsReasonAndKeepsItsEpochsUpToTheDecision) {
  FakePool pool(2);
  source_.after_epoch_[{1, 2}] = {End(1)};
  const RunOutcome outcome = RunWith(source_, pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_EQ(outcome.failed, 0);
  EXPECT_THAT(States(), ElementsAre("completed", "stopped", "completed", "completed"));
  const TrialRow row = store_.Trials()[1];
  EXPECT_EQ(row.error, "worse than the others");
  EXPECT_FALSE(row.diverged);
  EXPECT_EQ(store_.Epochs(IdOf(1)).size(), 2U) << "the third was in training by then";
  EXPECT_THAT(Outcomes(store_.Attempts(IdOf(1))), ElementsAre("stopped"));
  EXPECT_EQ(state_.stopped, 1);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(DecisionsTest, AnEndThatComesTooLateHoldsAllTheSame) {
  FakePool pool(1);
  source_.after_epoch_[{2, 3}] = {End(2)};  // the worker is in the last epoch
  RunWith(source_, pool);
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "stopped", "completed"));
  EXPECT_EQ(store_.Epochs(IdOf(2)).size(), 3U);
}

TEST_F(DecisionsTest, AnEndHoldsWhenTheWorkerIsLostBeforeItObeys) {
  FakePool pool(2);
  source_.after_epoch_[{0, 1}] = {End(0)};
  const std::string id = IdOf(0);
  RunWith(source_, pool, [&] {
    if (!pool.orders().empty()) pool.Kill(1);
    return true;
  });
  EXPECT_THAT(States(), ElementsAre("stopped", "completed", "completed", "completed"));
  EXPECT_THAT(Outcomes(store_.Attempts(id)), ElementsAre("lost"));
  EXPECT_EQ(store_.Trials()[0].error, "worse than the others");
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(DecisionsTest, AHeldTrialResumesFromItsCheckpointWhenTheSourceGivesItAgain) {
  FakePool pool(2);
  source_.until_[0] = 2;
  source_.resumes_after_ends_ = 4;  // its hold, and the ends of the others
  const RunOutcome outcome = RunWith(source_, pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(), Each("completed"));
  EXPECT_THAT(Outcomes(store_.Attempts(IdOf(0))), ElementsAre("held", "completed"));
  EXPECT_EQ(pool.given_checkpoint(0), "state after epoch 2");
  EXPECT_EQ(store_.Attempts(IdOf(0)).back().first_epoch, 3);
  EXPECT_EQ(store_.Epochs(IdOf(0)).size(), 4U);
  EXPECT_EQ(state_.completed, 4);
  EXPECT_EQ(state_.epochs_done, state_.epochs);
  EXPECT_THAT(source_.values_, Contains(testing::Pair(0, 0.9)));
}

TEST_F(DecisionsTest, TheValueOfAHeldTrialIsThatOfItsLastEpoch) {
  FakePool pool(2);
  source_.until_[0] = 2;
  RunWith(source_, pool);
  EXPECT_THAT(source_.ends_, Contains(testing::Pair(0, TrialState::kPending)));
  EXPECT_THAT(source_.values_, Contains(testing::Pair(0, 0.5)));
  EXPECT_EQ(store_.Epochs(IdOf(0)).size(), 2U);
}

TEST_F(DecisionsTest, ATrialThatAnEarlierRunHeldIsHeldAgainWithoutTraining) {
  FakePool pool(2);
  source_.until_[0] = 2;
  RunWith(source_, pool);
  FakePool later_pool(2);
  DecidingSource later(space_, store_.PendingIds());
  later.until_[0] = 2;
  const RunOutcome outcome = RunWith(later, later_pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(later_pool.packs(), IsEmpty());
  EXPECT_THAT(later.ends_, ElementsAre(testing::Pair(0, TrialState::kPending)));
  EXPECT_THAT(later.values_, ElementsAre(testing::Pair(0, 0.5)));
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(DecisionsTest, ATrialThatDivergedBehindWhereItIsHeldIsHeldThoughItsEndWasLost) {
  store_.BeginAttempt(IdOf(0), {.worker = 1});
  for (int64_t epoch = 1; epoch <= 2; ++epoch) store_.AddEpoch(IdOf(0), Epoch(epoch, 0.5));
  EpochRecord record = Epoch(3, 0.1);
  record.diverged = true;
  store_.AddEpoch(IdOf(0), record);
  store_.EndAttempt(IdOf(0), TrialState::kPending, "");  // as if the run had been cut off here
  FakePool pool(2);
  source_.until_[0] = 2;
  RunWith(source_, pool);
  EXPECT_THAT(pool.started_seeds(), UnorderedElementsAre(1, 2, 3));
  EXPECT_THAT(source_.ends_, Contains(testing::Pair(0, TrialState::kPending)));
  EXPECT_THAT(source_.values_, Contains(testing::Pair(0, 0.5)));
  EXPECT_EQ(store_.Epochs(IdOf(0)).size(), 3U);
}

TEST_F(DecisionsTest, AHeldTrialThatIsNotGivenAgainStaysPendingAndTheSweepIsOver) {
  FakePool pool(2);
  source_.until_[3] = 2;
  const RunOutcome outcome = RunWith(source_, pool);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "completed", "pending"));
  EXPECT_THAT(store_.CheckpointEpochs(), ElementsAre(testing::Key(IdOf(3))));
  EXPECT_EQ(store_.Trials()[3].error, std::nullopt);
  EXPECT_EQ(store_.Attempts(IdOf(3)).back().outcome, "held");
  EXPECT_EQ(state_.epochs_done, state_.epochs);
}

TEST_F(DecisionsTest, AHeldTrialCanBeEndedLater) {
  FakePool pool(2);
  source_.until_[0] = 2;
  source_.after_ends_[4] = {End(0)};
  RunWith(source_, pool);
  EXPECT_THAT(States(), ElementsAre("stopped", "completed", "completed", "completed"));
  EXPECT_EQ(store_.Trials()[0].error, "worse than the others");
  EXPECT_THAT(store_.CheckpointEpochs(), IsEmpty());
  EXPECT_EQ(state_.stopped, 1);
  EXPECT_EQ(state_.epochs_done, 12 + std::ssize(store_.Epochs(IdOf(0))));
  EXPECT_EQ(state_.epochs, state_.epochs_done);
}

TEST_F(DecisionsTest, OtherMembersOfThePackContinue) {
  FakePool pool(1, 4);
  source_.after_epoch_[{1, 1}] = {End(1)};
  source_.until_[2] = 2;
  RunWith(source_, pool);
  EXPECT_EQ(pool.packs().size(), 1U);
  EXPECT_THAT(States(), ElementsAre("completed", "stopped", "pending", "completed"));
}

TEST_F(DecisionsTest, APrefetchedTrialGetsItsOrderWhenItStarts) {
  FakePool pool(1);
  source_.after_epoch_[{0, 4}] = {End(1)};  // seed 1 waits with the worker by then
  RunWith(source_, pool);
  ASSERT_EQ(pool.orders().size(), 1U);
  EXPECT_EQ(pool.orders()[0].trial_id, IdOf(1));
  EXPECT_THAT(States(), ElementsAre("completed", "stopped", "completed", "completed"));
  EXPECT_THAT(store_.Epochs(IdOf(1)), IsEmpty());
}

TEST_F(DecisionsTest, ATrialThatWaitsIsEndedAtOnce) {
  FakePool pool(3, 64);  // seed 3 was considered for a pack, and waits
  source_.after_epoch_[{0, 1}] = {End(3)};
  RunWith(source_, pool);
  EXPECT_THAT(pool.orders(), IsEmpty());
  EXPECT_THAT(pool.started_seeds(), UnorderedElementsAre(0, 1, 2));
  EXPECT_THAT(States(), ElementsAre("completed", "completed", "completed", "stopped"));
}

TEST_F(DecisionsTest, ASourceMayHaveMoreTrialsAfterResults) {
  FakePool pool(2);
  class OneFirst : public DecidingSource {
   public:
    using DecidingSource::DecidingSource;
    std::optional<Trial> Next() override {
      std::optional<Trial> next = DecidingSource::Next();
      if (!std::exchange(has_given_, true)) is_waiting_ = true;
      return next;
    }

   private:
    bool has_given_ = false;
  } source(space_, store_.PendingIds());
  RunWith(source, pool);
  EXPECT_THAT(States(), Each("completed"));
  ASSERT_EQ(source.ends_.size(), 4U);
  EXPECT_EQ(source.ends_[0].first, 0);
  EXPECT_EQ(pool.started_seeds()[0], 0);
  EXPECT_EQ(source.values_.at(3), 0.93);
}

TEST_F(DecisionsTest, TheSourceIsToldHowTrialsEnd) {
  FakePool pool(1);
  pool.FailSeed(0);
  pool.DivergeSeed(1);
  RunWith(source_, pool);
  using testing::Pair;
  EXPECT_THAT(source_.ends_,
              ElementsAre(Pair(0, TrialState::kFailed), Pair(1, TrialState::kStopped),
                          Pair(2, TrialState::kCompleted), Pair(3, TrialState::kCompleted)));
  EXPECT_EQ(source_.values_.count(1), 0U);
  EXPECT_EQ(source_.values_.at(2), 0.92);
}

}  // namespace
}  // namespace lrsweep
