#include "tests/simulation/sweep.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "params/errors.h"
#include "sweep/coordinator/coordinator.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/opening.h"
#include "tests/simulation/pool.h"

namespace lrsweep::simulation {
namespace {

namespace fs = std::filesystem;

/// Follows what the coordinator says, and checks its counts.
class View : public ProgressView {
 public:
  View(World& world, Truth& truth, Pool& pool) : world_(world), truth_(truth), pool_(pool) {}

  void OnNotice(const std::string& sentence) override {
    world_.Act();
    const int64_t worker = sentence.starts_with("worker ") ? std::stoll(sentence.substr(7)) : -1;
    if (sentence.find(" is lost: ") != std::string::npos) pool_.OnLost(worker);
    if (sentence.find(" gets no trials any more: ") != std::string::npos) pool_.OnExcluded(worker);
    if (sentence.find(" begins anew: ") != std::string::npos) world_.Count("trials begun anew");
  }

  void OnTrialEnd(const SweepState& /*state*/, const EndedTrial& ended) override {
    world_.Act();
    const std::string& id = ended.live.trial.id;
    world_.Say("the end of {} is committed: {} {}", id.substr(0, 6), ToString(ended.state),
               ended.error);
    if (!truth_.ended.emplace(id, ended.state).second) {
      world_.Fail(fmt::format("trial {} ends twice", id.substr(0, 6)));
    }
  }

  void OnTick(const SweepState& state) override {
    world_.Act();
    if (state.workers != pool_.ready()) {
      world_.Fail(
          fmt::format("{} workers are ready, and {} are shown", pool_.ready(), state.workers));
    }
    if (state.epochs_done > state.epochs) {
      world_.Fail(fmt::format("{} epochs of {} are done", state.epochs_done, state.epochs));
    }
  }

 private:
  World& world_;
  Truth& truth_;
  Pool& pool_;
};

class SimulatedSweep {
 public:
  SimulatedSweep(const Scenario& scenario, const Limits& limits, const fs::path& folder,
                 bool keeps_history)
      : scenario_(scenario),
        world_(scenario, limits, keeps_history),
        disk_(world_),
        path_(folder / "t.db"),
        space_(std::in_place, ParseSweepConfig(scenario.yaml, "s.yaml")),
        smaller_space_(ParseSweepConfig(scenario.smaller_yaml, "s.yaml")),
        expected_(*space_, CountOf(world_, *space_), scenario) {
    if (scenario.rule == Rule::kSearch) expected_.AddEdited(smaller_space_, scenario);
  }

  SweepResult Run() {
    SweepResult result;
    if (space_->config().search.IsTpe()) world_.Count("sweeps by TPE");
    try {
      RunToTheEnd();
      result.fingerprint = Fingerprint();
    } catch (const std::exception& error) {
      result.violation =
          world_.violation() ? *world_.violation() : std::string("unexpected: ") + error.what();
    }
    result.counts = world_.counts();
    result.history = world_.history();
    result.simulated_seconds = world_.clock().Elapsed();
    return result;
  }

 private:
  /// How one run of the program ended.
  enum class RunEnd { kOver, kWorkLeft, kBrokeOff };

  void RunToTheEnd() {
    world_.Say("the configuration:\n{}", scenario_.yaml);
    RunWithFaults();
    Finish(false);
    const uint64_t before = Fingerprint();
    RunOnce();
    if (Fingerprint() != before) world_.Fail("another run changes a sweep that is over");
    retries_ = true;
    Finish(true);
    if (!scenario_.plain_yaml.empty()) LeaveSearch();
  }

  void RunWithFaults() {
    world_.SetQuiet(false);
    for (int64_t run = 1; run <= scenario_.runs; ++run) {
      RunOnce();
      BetweenRuns();
    }
    world_.SetQuiet(true);
  }

  /// Continues the sweep to the full one, by the configuration without pruner and race.
  void LeaveSearch() {
    world_.Say("the configuration has no pruner and no race from now on");
    world_.Count("sweeps continued without their search");
    space_.emplace(ParseSweepConfig(scenario_.plain_yaml, "s.yaml"));
    expected_.LeaveSearch(*space_, scenario_);
    has_left_ = true;
    std::erase_if(truth_.ended, [](const auto& ended) {
      return ended.second == TrialState::kStopped;  // the diverged ones, too, which stay so
    });
    RunWithFaults();
    Finish(false);
    retries_ = true;
    Finish(true);
  }

  /// Runs without faults until the sweep is over, and checks it.
  void Finish(bool strictly) {
    int64_t runs_left = 1;
    for (const auto& [id, ending] : expected_.endings()) {
      // Deadly trials bring down all workers of a run, alone and in packs.
      if (ending.undisturbed.fate == Fate::kKillsItsWorker)
        runs_left += 2 + 2 * scenario_.max_attempts;
    }
    while (RunOnce() != RunEnd::kOver) {
      if (--runs_left == 0) world_.Fail("a run without faults leaves work");
    }
    CheckEnd(world_, expected_, truth_, path_, strictly);
  }

  double TimeLimit() const {
    double epochs = 0;
    for (const auto& [id, ending] : expected_.endings()) {
      epochs += static_cast<double>(ending.epochs);
    }
    // Without faults a worker alone trains everything, each trial again alone and on others. With
    // them every loss may cost a timeout, and every pause of the process its length.
    const double work = epochs * scenario_.epoch_seconds * 20 + 60;
    return world_.is_quiet() ? work + 700 : 20 * work + 40'000;
  }

  RunEnd RunOnce() {
    world_.Begin(++runs_);
    disk_.Begin(was_power_cut_);
    world_.LimitTime(TimeLimit());
    RunEnd end = RunEnd::kBrokeOff;
    try {
      end = RunProgram();
    } catch (const StoreError& error) {
      if (world_.violation()) throw;
      if (!world_.is_killed() && !disk_.has_failed()) {
        world_.Fail(std::string("a StoreError without a reason: ") + error.what());
      }
      world_.Say("the run ends: {}", error.what());
    } catch (const ResourceError& error) {
      if (world_.counts().count("refusal") + world_.counts().count("unusable") == 0) throw;
      world_.Say("the run ends: {}", error.what());
    } catch (const Killed&) {
    }
    if (world_.violation()) throw Violation(*world_.violation());
    was_power_cut_ = world_.was_power_cut();
    if (end == RunEnd::kBrokeOff) truth_.broken_off.insert(runs_);
    world_.Count("runs");
    return end;
  }

  /// What `lrsweep run` does (sweep/commands/run_sweep).
  RunEnd RunProgram() {
    // The first trials of the smaller space may lie behind those of the whole one.
    const bool is_edited =
        world_.Strikes(Fault::kEdit) && CountOf(world_, *space_) == space_->size() && !has_left_;
    const SearchSpace& space = is_edited ? smaller_space_ : *space_;
    const bool is_new = !fs::exists(path_);
    Store store = Open(space, is_new);
    const auto source = MakeSource(world_, space, store);
    Pool pool(world_, truth_);
    View view(world_, truth_, pool);
    bool is_interrupted = false;
    const auto should_continue = [&] {
      world_.Act();
      if (!is_interrupted && world_.Strikes(Fault::kInterrupt)) is_interrupted = true;
      return !is_interrupted;
    };
    const auto now = [this] {
      world_.Act();
      if (world_.Strikes(Fault::kPause)) {
        const double seconds = world_.details().LogBetween(0.1, 500);
        world_.Say("the coordinator stands still for {:.1f} s", seconds);
        world_.clock().Advance(Seconds(seconds));
      }
      return world_.now();
    };
    Coordinator coordinator(*source, store, pool, view, should_continue, now,
                            {.max_attempts = scenario_.max_attempts,
                             .worker_timeout = scenario_.worker_timeout,
                             .shares_with_images = scenario_.shares ? kImages : 0,
                             .branch_bytes = scenario_.branch_bytes});
    const RunOutcome outcome = coordinator.Run();
    CheckCounts(coordinator.state(), outcome, store);
    CheckNothingIsLost(store);
    store.Close();
    if (is_new && outcome.interrupted && !outcome.has_begun) fs::remove(path_);
    world_.Say("the run ends, {}", outcome.interrupted ? "with work left" : "all is done");
    return outcome.interrupted ? RunEnd::kWorkLeft : RunEnd::kOver;
  }

  Store Open(const SearchSpace& space, bool is_new) {
    if (is_new) return CreateStore(world_, space, path_);
    const bool retries = std::exchange(retries_, false) || world_.Strikes(Fault::kRetry);
    Store store = OpenStore(world_, space, path_, retries);
    // Before the commit: one that fails may be on the disk all the same.
    if (retries) {
      std::erase_if(truth_.ended,
                    [](const auto& ended) { return ended.second == TrialState::kFailed; });
      world_.Count("retry");
    }
    store.Commit();
    return store;
  }

  /// The coordinator's counts are those of the database.
  void CheckCounts(const SweepState& state, const RunOutcome& outcome, const Store& store) {
    int64_t completed = 0, stopped = 0, diverged = 0, failed = 0, left = 0, epochs_done = 0;
    for (const TrialCount& count : store.CountTrials()) {
      if (!count.in_space) continue;
      if (count.state == "running") world_.Fail("a trial is left as running");
      if (count.state == "pending") {
        left += count.trials;
        continue;
      }
      epochs_done += count.epochs_done;
      if (count.state == "completed") completed += count.trials;
      if (count.state == "stopped") stopped += count.trials;
      if (count.state == "stopped" && count.diverged) diverged += count.trials;
      if (count.state == "failed") failed += count.trials;
    }
    for (const auto& [id, live] : state.running) {
      epochs_done += live.epochs_done;
    }
    const auto must_be = [this](const char* what, int64_t counted, int64_t recorded) {
      if (counted == recorded) return;
      world_.Fail(fmt::format("{}: {} are counted, {} are recorded", what, counted, recorded));
    };
    must_be("completed trials", state.completed, completed);
    must_be("stopped trials", state.stopped, stopped);
    must_be("diverged trials", state.diverged, diverged);
    must_be("failed trials", state.failed, failed);
    must_be("failed trials of the outcome", outcome.failed, failed);
    must_be("epochs done", state.epochs_done, epochs_done);
    if (!outcome.interrupted) must_be("all epochs", state.epochs, state.epochs_done);
    if (outcome.interrupted != (left > 0)) {
      world_.Fail(fmt::format("{} trials are left, and the run ends {}", left,
                              outcome.interrupted ? "interrupted" : "as if all were done"));
    }
    CheckBest(state, store);
  }

  /// A trial that was told to stop, and did, can resume after its last epoch.
  void CheckNothingIsLost(const Store& store) {
    const std::map<std::string, int64_t> checkpoints = store.CheckpointEpochs();
    for (const TrialRow& row : store.TrialsInState(TrialState::kPending)) {
      const std::vector<AttemptRow> attempts = store.Attempts(row.trial_id);
      if (attempts.empty() || row.epochs_done == 0) continue;
      const AttemptRow& last = attempts.back();
      const bool is_of_this_run = last.by.cpu_target == fmt::format("run {}", world_.run());
      if (!is_of_this_run || last.outcome != "interrupted" || last.error) continue;
      const auto found = checkpoints.find(row.trial_id);
      if (found == checkpoints.end() || found->second != row.epochs_done) {
        world_.Fail(fmt::format("trial {} was stopped after epoch {}, and has no checkpoint of it",
                                row.trial_id.substr(0, 6), row.epochs_done));
      }
      world_.Count("trials stopped with a checkpoint");
    }
  }

  void CheckBest(const SweepState& state, const Store& store) {
    const auto ranking = store.Ranking(store.Sweep().objective, 1);
    // Before its last rung is reached a search ranks trials that the pruner stopped.
    const bool has_best = !ranking.empty() && ranking[0].value.has_value() &&
                          store.TrialById(ranking[0].trial_id).state == "completed";
    if (has_best != state.best.has_value()) world_.Fail("there is a best trial, or there is none");
    if (has_best && state.best->trial.id != ranking[0].trial_id) {
      world_.Fail("another trial is best");
    }
  }

  /// What can happen while no run writes the database.
  void BetweenRuns() {
    const bool is_quiet = world_.is_quiet();
    const bool damages = fs::exists(path_) && world_.Strikes(Fault::kDamage);
    const bool reads = fs::exists(path_) && world_.Strikes(Fault::kReader);
    world_.Begin(runs_);
    world_.SetQuiet(true);
    disk_.Begin(std::exchange(was_power_cut_, false));
    if (damages) DamageCheckpoints();
    if (reads) CheckBetweenRuns(world_, expected_, truth_, path_);
    world_.SetQuiet(is_quiet);
  }

  void DamageCheckpoints() {
    SQLite::Database db(path_.string(), SQLite::OPEN_READWRITE);
    const char* damage = world_.details().Chance(0.5)
                             ? "UPDATE states SET data = CAST(substr(data, 2) AS BLOB)"
                             : "UPDATE states SET data = CAST('x' || substr(data, 2) AS BLOB)";
    const int changed = db.exec(damage);
    world_.Say("{} states are damaged on the disk", changed);
  }

  uint64_t Fingerprint() const {
    SQLite::Database db(path_.string(), SQLite::OPEN_READONLY);
    uint64_t hash = 0;
    for (const char* table :
         {"trials", "attempts", "epochs", "step_traces", "checkpoints", "states"}) {
      SQLite::Statement rows(db, std::string("SELECT * FROM ") + table);
      while (rows.executeStep()) {
        for (int i = 0; i < rows.getColumnCount(); ++i) {
          hash = Mixed(hash, rows.getColumn(i).getString());
        }
      }
    }
    return hash;
  }

  const Scenario& scenario_;
  World world_;
  Disk disk_;
  fs::path path_;
  std::optional<SearchSpace> space_;
  SearchSpace smaller_space_;
  Expected expected_;
  Truth truth_;
  int64_t runs_ = 0;
  bool was_power_cut_ = false;
  bool retries_ = false;
  bool has_left_ = false;  // LeaveSearch
};

void Empty(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) fs::remove_all(entry.path());
}

}  // namespace

SweepResult Simulate(const Scenario& scenario, const Limits& limits, const fs::path& folder,
                     bool keeps_history) {
  Empty(folder);
  SweepResult result = SimulatedSweep(scenario, limits, folder, keeps_history).Run();
  Empty(folder);
  return result;
}

}  // namespace lrsweep::simulation
