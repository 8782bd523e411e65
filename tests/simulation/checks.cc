#include "tests/simulation/checks.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <utility>

#include "tests/simulation/source.h"

namespace lrsweep::simulation {
namespace {

bool AreSame(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return std::isnan(left) && std::isnan(right);
  return std::bit_cast<uint64_t>(left) == std::bit_cast<uint64_t>(right);
}

bool Contains(const std::optional<std::string>& text, const std::string& part) {
  return text && text->find(part) != std::string::npos;
}

/// The checks of one trial's rows.
class TrialChecks {
 public:
  TrialChecks(World& world, const Truth& truth, const Store& store, const Expected::Ending& ending)
      : world_(world),
        truth_(truth),
        store_(store),
        ending_(ending),
        row_(store.TrialById(ending.trial_id)),
        epochs_(store.Epochs(ending.trial_id)),
        attempts_(store.Attempts(ending.trial_id)) {}

  /// Its epochs are the first ones of the undisturbed training, and each of them is complete.
  void CheckEpochs() {
    const auto& expected = ending_.undisturbed.epochs;
    if (epochs_.size() > expected.size()) Fail("it has more epochs than it can have");
    if (static_cast<int64_t>(epochs_.size()) != row_.epochs_done) Fail("epochs_done is wrong");
    const std::vector<StepRow> steps = store_.Steps(row_.trial_id);
    size_t step = 0;
    double wall_seconds = 0;
    bool diverged = false;
    const auto shared = std::count_if(epochs_.begin(), epochs_.end(), [](const EpochRow& epoch) {
      return !epoch.trained_by.empty();
    });
    if (shared != row_.shared_epochs) Fail("its shared_epochs are counted wrong");
    for (size_t i = 0; i < epochs_.size(); ++i) {
      const EpochRow& epoch = epochs_[i];
      const EpochRecord& record = expected[i];
      if (epoch.epoch != record.epoch) Fail(fmt::format("it lacks epoch {}", record.epoch));
      if (epoch.steps_done != record.steps_done) Fail("steps_done is wrong");
      if (epoch.lr != record.rates.lr.back()) Fail(fmt::format("lr of epoch {}", i + 1));
      for (const auto& [name, value] : record.metrics) {
        if (!AreSame(MetricValue(epoch.metrics, name), value)) {
          Fail(fmt::format("{} of epoch {} is {}, expected {}", name, i + 1,
                           MetricValue(epoch.metrics, name), value));
        }
      }
      for (size_t k = 0; k < record.losses.size(); ++k, ++step) {
        if (step >= steps.size()) Fail("it lacks steps");
        if (!AreSame(steps[step].lr, record.rates.LrAt(k)) ||
            !AreSame(steps[step].momentum, record.rates.MomentumAt(k)) ||
            !AreSame(static_cast<float>(steps[step].loss), record.losses[k])) {
          Fail(fmt::format("step {} differs", step));
        }
      }
      wall_seconds += epoch.wall_seconds;
      diverged = diverged || record.diverged;
    }
    if (step != steps.size()) Fail("it has more steps than epochs");
    if (row_.diverged != diverged) Fail("its column diverged is wrong");
    if (row_.wall_seconds != wall_seconds) Fail("its wall_seconds are not those of its epochs");
  }

  /// Every attempt was really made, in this order, and trained what is recorded of it.
  void CheckProvenance() {
    CheckAttempts();
    for (const EpochRow& epoch : epochs_) CheckTrainedBy(epoch);
    if (!attempts_.empty() && row_.started_at != attempts_.front().started_at) {
      Fail("started_at is not that of its first attempt");
    }
  }

  /// How it ended. Strictly: nothing that happened to its workers counts.
  void CheckState(bool strictly) {
    // Of a trial that kills its worker, the epoch that would have ended it may never arrive.
    const bool is_deadly = ending_.undisturbed.fate == Fate::kKillsItsWorker;
    if ((!strictly || is_deadly) && HasFailedByChance()) return;
    if (row_.in_space != ending_.is_in_space) Fail("its column in_space is wrong");
    if (!ending_.is_in_space) return;  // as the search left it
    if (world_.scenario().rule == Rule::kSearch) CheckPlace(ending_.searched.value_or(Searched()));
    const bool is_ended = ending_.searched && ending_.searched->is_ended;
    if (is_ended && !WentOn()) return CheckDecided(ending_.searched->budget);
    if (is_ended && row_.stopped_by)
      return CheckDecided(ending_.searched->budget, row_.epochs_done);
    if (ending_.ended_after > 0) return CheckDecided(ending_.ended_after);
    if (ending_.loses && row_.state == "stopped" && row_.error == kDecidedReason) {
      return CheckDecided(world_.scenario().rung);
    }
    CheckOwnEnd();
  }

 private:
  [[noreturn]] void Fail(const std::string& what) {
    world_.Fail(fmt::format("trial {} ({}): {}", row_.trial_id.substr(0, 6), row_.state, what));
  }

  static int64_t RunOf(const AttemptRow& attempt) {
    return std::stoll(attempt.by.cpu_target.substr(4));
  }

  void CheckAttempts() {
    const auto found = truth_.assignments.find(row_.trial_id);
    static const std::vector<Assignment> kNone;
    const std::vector<Assignment>& given =
        found == truth_.assignments.end() ? kNone : found->second;
    size_t next = 0;
    std::string ended_at;
    int64_t lost_alone = 0;
    for (size_t i = 0; i < attempts_.size(); ++i) {
      const AttemptRow& attempt = attempts_[i];
      if (attempt.attempt != static_cast<int64_t>(i) + 1)
        Fail("its attempts are not counted right");
      const size_t made_by = FindAssignment(attempt, given, next);
      // Where a run broke off between the commit and the message, the attempt was never made.
      const bool was_sent = made_by < given.size();
      if (!was_sent &&
          (attempt.outcome != "interrupted" || truth_.broken_off.count(RunOf(attempt)) == 0)) {
        Fail(fmt::format("nobody made its attempt {}", attempt.attempt));
      }
      if (was_sent) next = made_by + 1;
      if (attempt.started_at < ended_at) Fail("two attempts overlap");
      ended_at = attempt.ended_at.value_or(attempt.started_at);
      if (ended_at < attempt.started_at) Fail("an attempt ends before it starts");
      CheckOutcome(attempt, i + 1 == attempts_.size());
      if (attempt.outcome == "lost" && attempt.pack_size == 1) ++lost_alone;
    }
    for (; next < given.size(); ++next) {
      if (given[next].begins_at_once) Fail("its last attempt is not recorded");
    }
    const bool is_plain =
        world_.scenario().rule == Rule::kGrid && world_.counts().count("retry") == 0;
    if (is_plain && lost_alone >= world_.scenario().max_attempts && row_.state != "failed") {
      Fail("it has brought down too many workers, and has not failed");
    }
  }

  /// The index of the attempt's assignment, from `next` on; given.size(): there is none.
  static size_t FindAssignment(const AttemptRow& attempt, const std::vector<Assignment>& given,
                               size_t next) {
    for (; next < given.size() && !IsOf(attempt, given[next]); ++next) {
      if (given[next].begins_at_once) return given.size();  // its attempt must be recorded first
    }
    return next;
  }

  static bool IsOf(const AttemptRow& attempt, const Assignment& given) {
    return RunOf(attempt) == given.run && attempt.by.worker == given.by.worker &&
           attempt.by.host == given.by.host && attempt.by.device == given.by.device &&
           attempt.by.engine == given.by.engine && attempt.first_epoch == given.first_epoch &&
           attempt.pack_size == given.pack_size;
  }

  void CheckOutcome(const AttemptRow& attempt, bool is_last) {
    const std::string outcome = attempt.outcome.value_or("none");
    const auto worker = std::make_pair(RunOf(attempt), attempt.by.worker);
    static const std::set<std::string> kGoesOn = {"interrupted", "lost", "held"};
    if (outcome == "lost") {
      const bool was_left = Contains(attempt.error, "it ended by itself");
      if ((was_left ? truth_.left : truth_.struck).count(worker) == 0) {
        Fail("an attempt is lost, but its worker was not");
      }
      if (!was_left && !Contains(attempt.error, "was lost after epoch")) {
        Fail("a lost attempt has no reason");
      }
    } else if (outcome == "held") {
      const Rule rule = world_.scenario().rule;
      if (rule != Rule::kRung && rule != Rule::kSearch) {
        Fail("an attempt ended as held, though this sweep holds no trials");
      }
    } else if (outcome == "failed") {
      if (!HasReport(worker)) Fail("an attempt failed of which no worker said so");
      if (!is_last && world_.counts().count("retry") == 0)
        Fail("it was tried again after it failed");
    } else if (outcome != "interrupted") {
      if (!is_last) Fail(fmt::format("an attempt is {}, and not the last one", outcome));
      if (outcome != row_.state) Fail(fmt::format("its last attempt is {}", outcome));
    }
    // A trial may be ended with the epochs of another one.
    const bool shares = world_.scenario().shares;
    if (is_last && kGoesOn.count(outcome) > 0 && row_.state == "completed" && !shares) {
      Fail(fmt::format("its last attempt is {}", outcome));
    }
    if (Contains(attempt.error, "gets no trials any more") &&
        truth_.unreliable.count(worker) + truth_.struck.count(worker) == 0) {
      Fail("an exclusion is noted with the attempt of a good worker");
    }
  }

  bool HasReport(const std::pair<int64_t, int64_t>& worker) const {
    const auto found = truth_.failures.find(row_.trial_id);
    return found != truth_.failures.end() &&
           std::any_of(found->second.begin(), found->second.end(), [&](const auto& report) {
             return report.run == worker.first && report.worker == worker.second;
           });
  }

  /// The epoch is named as that of a trial that has it, and an attempt at some trial trained it:
  /// that trial may have had a higher number than the one that is named.
  void CheckShared(const EpochRow& epoch, const Execution& by) {
    if (!epoch.trained_by.empty()) {
      const TrialRow named = store_.TrialById(epoch.trained_by);
      if (named.index >= row_.index) Fail("an epoch names a trial of a higher number");
      const std::vector<EpochRow> epochs = store_.Epochs(epoch.trained_by);
      const auto same = std::find_if(epochs.begin(), epochs.end(), [&epoch](const EpochRow& other) {
        return other.epoch == epoch.epoch;
      });
      if (same == epochs.end() || !same->trained_by.empty() ||
          same->wall_seconds != epoch.wall_seconds) {
        Fail(fmt::format("epoch {} names a trial that does not have it", epoch.epoch));
      }
    }
    const std::vector<AttemptRow> attempts = store_.Attempts(by.trial_id);
    const bool is_recorded =
        std::any_of(attempts.begin(), attempts.end(), [&](const AttemptRow& attempt) {
          return RunOf(attempt) == by.run && attempt.by.worker == by.worker &&
                 attempt.first_epoch == by.first_epoch && attempt.first_epoch <= epoch.epoch;
        });
    if (!is_recorded) Fail(fmt::format("epoch {} has no attempt", epoch.epoch));
  }

  /// The attempt that the database names for the epoch is the one that trained it.
  void CheckTrainedBy(const EpochRow& epoch) {
    const Execution& by = truth_.executions.at(static_cast<size_t>(epoch.wall_seconds));
    if (world_.scenario().shares) return CheckShared(epoch, by);
    if (!epoch.trained_by.empty()) Fail("it shares an epoch, which it must not");
    const AttemptRow* owner = nullptr;
    for (const AttemptRow& attempt : attempts_) {
      if (attempt.first_epoch <= epoch.epoch) owner = &attempt;
    }
    if (owner == nullptr) Fail(fmt::format("epoch {} has no attempt", epoch.epoch));
    if (by.trial_id != row_.trial_id || by.run != RunOf(*owner) || by.worker != owner->by.worker ||
        by.host != owner->by.host || by.first_epoch != owner->first_epoch ||
        by.pack_size != owner->pack_size) {
      Fail(
          fmt::format("epoch {} was trained by worker {} of run {} from epoch {} on, not by "
                      "attempt {}",
                      epoch.epoch, by.worker, by.run, by.first_epoch, owner->attempt));
    }
  }

  /// Losses of workers that had the trial alone in its pack.
  int64_t LossesAlone() const {
    return std::count_if(attempts_.begin(), attempts_.end(), [](const AttemptRow& attempt) {
      return attempt.outcome == "lost" && attempt.pack_size == 1;
    });
  }

  /// Whether two workers of a run failed the trial, or no other one could try it.
  bool IsConfirmed(const std::string& trial_id) const {
    const auto reports = truth_.failures.find(trial_id);
    if (reports == truth_.failures.end()) return false;
    std::map<int64_t, std::set<int64_t>> workers;  // by run
    bool was_alone = false;
    for (const FailureReport& report : reports->second) {
      workers[report.run].insert(report.worker);
      was_alone = was_alone || report.others == 0;
    }
    return was_alone || std::any_of(workers.begin(), workers.end(),
                                    [](const auto& run) { return run.second.size() > 1; });
  }

  /// Whether it failed for what happened to its workers, which it may.
  bool HasFailedByChance() {
    if (row_.state != "failed") return false;
    if (Contains(row_.error, "it brought down") ||
        Contains(row_.error, "ended before its last epoch")) {
      if (LossesAlone() < world_.scenario().max_attempts) Fail("it is blamed for too few losses");
      return true;
    }
    if (row_.error != "the device is broken" && row_.error != "a hiccup") return false;
    bool is_its_fault = IsConfirmed(row_.trial_id);
    if (world_.scenario().shares) {  // or that of one that failed with it and was trained for it
      for (const TrialRow& other : store_.TrialsInState(TrialState::kFailed)) {
        is_its_fault = is_its_fault || (other.error == row_.error && IsConfirmed(other.trial_id));
      }
    }
    if (!is_its_fault) Fail("it failed, but a worker was to blame");
    return true;
  }

  /// Its place in the search, and what the search says of it.
  void CheckPlace(const Searched& searched) {
    const auto must_be = [this](const char* column, auto found, auto expected) {
      if (found != expected)
        Fail(fmt::format("its {} is {}, expected {}", column, found, expected));
    };
    const bool was_edited = world_.counts().count("edit") > 0;
    // In the search of another run it may have gone on, and completed or diverged.
    const bool is_ended = searched.is_ended && row_.state == "stopped" && !row_.diverged;
    if (ending_.searched && !was_edited) must_be("number", row_.index, searched.number);
    must_be("point", row_.point.value_or(""), searched.point);
    must_be("budget", row_.budget.value_or(0), searched.budget);
    must_be("rung", row_.rung.value_or(0), searched.rung);
    must_be("bracket", row_.bracket.value_or(0), searched.bracket);
    must_be("stopped_by", row_.stopped_by.value_or(""), std::string(is_ended ? "pruner" : ""));
    must_be("promoted", row_.promoted, searched.promoted);
    must_be("dropped", row_.dropped, searched.dropped);
    if (searched.promoted) world_.Count("promoted trials");
    if (searched.is_ended) world_.Count("trials ended by a pruner");
    if (searched.dropped) world_.Count("trials dropped by a race");
  }

  /// Whether the search of another run has trained it beyond the rung where it ends now.
  bool WentOn() const {
    return world_.counts().count("edit") > 0 && row_.epochs_done > ending_.searched->budget;
  }

  /// It ended by a decision after that epoch. `epochs`: those that it has, where it had gone on.
  void CheckDecided(int64_t after, int64_t epochs = 0) {
    epochs = std::max(after, epochs);
    const std::string reason = ending_.searched
                                   ? fmt::format("after epoch {} its point was number ", after)
                                   : kDecidedReason;
    if (row_.state != "stopped" || !Contains(row_.error, reason)) {
      Fail("it should have been stopped by the source");
    }
    if (std::ssize(epochs_) != epochs) {
      Fail(fmt::format("the source stopped it after epoch {}, and it has {}", after,
                       epochs_.size()));
    }
    if (ending_.searched) CheckValue(epochs);
  }

  void CheckOwnEnd() {
    const Undisturbed& undisturbed = ending_.undisturbed;
    const bool is_deadly = undisturbed.fate == Fate::kKillsItsWorker;
    if (!is_deadly && epochs_.size() != undisturbed.epochs.size()) {
      Fail(fmt::format("it has {} epochs of {}", epochs_.size(), undisturbed.epochs.size()));
    }
    switch (undisturbed.fate) {
      case Fate::kTrains:
        if (row_.state != "completed") Fail("it should have completed");
        if (row_.error) Fail("it has an error");
        return CheckValue(ending_.epochs);
      case Fate::kDiverges:
        if (row_.state != "stopped" || !row_.diverged) Fail("it should have diverged");
        return;
      case Fate::kFails:
        if (row_.state != "failed") Fail("it should have failed");
        if (row_.error != "it fails by itself") Fail("it has failed for another reason");
        return;
      case Fate::kKillsItsWorker:
        if (row_.state != "failed") Fail("it should have failed");
        if (!Contains(row_.error, "it brought down")) Fail("it has failed for another reason");
        return;
    }
  }

  /// Its value is that of its first epochs.
  void CheckValue(int64_t epochs) {
    const Objective objective = store_.Sweep().objective;
    std::vector<double> values;
    for (const EpochRecord& record : ending_.undisturbed.epochs) {
      if (record.epoch > epochs) break;
      values.push_back(MetricValue(record.metrics, objective.metric));
    }
    const double expected = ValueOf(values, objective);
    if (!row_.objective_value || std::abs(*row_.objective_value - expected) > 1e-11) {
      Fail(fmt::format("its value is {}, expected {}", row_.objective_value.value_or(NAN),
                       expected));
    }
  }

  World& world_;
  const Truth& truth_;
  const Store& store_;
  const Expected::Ending& ending_;
  TrialRow row_;
  std::vector<EpochRow> epochs_;
  std::vector<AttemptRow> attempts_;
};

void CheckIntegrity(World& world, const std::filesystem::path& path) {
  SQLite::Database db(path.string(), SQLite::OPEN_READONLY);
  const std::string found = db.execAndGet("PRAGMA integrity_check").getString();
  if (found != "ok") world.Fail("integrity_check: " + found);
  SQLite::Statement foreign_keys(db, "PRAGMA foreign_key_check");
  if (foreign_keys.executeStep()) world.Fail("foreign_key_check finds a row without its parent");
}

/// The ranking is that of the values, diverged trials last, equal ones by id; of a search with
/// budgets the highest come first, and trials whose points went on have no place.
void CheckRanking(World& world, const Store& store) {
  const Objective objective = store.Sweep().objective;
  std::vector<std::tuple<int64_t, bool, double, std::string>> expected;
  for (const TrialRow& row : store.Trials()) {
    if (!row.in_space || row.promoted) continue;
    const int64_t budget = -row.budget.value_or(0);
    if (row.state == "stopped" && row.diverged) {
      expected.emplace_back(budget, true, 0, row.trial_id);
    } else if (row.state == "completed" || row.stopped_by) {
      const double value = row.objective_value.value();
      expected.emplace_back(budget, false, objective.mode == "max" ? -value : value, row.trial_id);
    }
  }
  std::sort(expected.begin(), expected.end());
  const std::vector<RankedTrial> ranking = store.Ranking(objective, 0);
  if (ranking.size() != expected.size()) world.Fail("the ranking has another number of trials");
  for (size_t i = 0; i < ranking.size(); ++i) {
    if (ranking[i].trial_id != std::get<3>(expected[i])) world.Fail("the ranking is in disorder");
  }
}

}  // namespace

Expected::Expected(const SearchSpace& space, size_t trials, const Scenario& scenario) {
  const Objective& objective = space.config().objective;
  if (scenario.rule == Rule::kSearch) {
    AddSearch(space, scenario);
    return;
  }
  std::map<std::string, double> at_rung;
  for (size_t i = 0; i < trials; ++i) {
    const Trial trial = space.At(i);
    Ending ending{trial.id, TrainUndisturbed(trial.params, scenario), space.EpochsAt(i)};
    std::vector<double> curve;
    for (const EpochRecord& record : ending.undisturbed.epochs) {
      curve.push_back(MetricValue(record.metrics, objective.metric));
      const bool is_first = ending.ended_after == 0;
      if (scenario.rule == Rule::kEnds && is_first && IsEndedBy(record, ending.epochs)) {
        ending.ended_after = record.epoch;
      }
      if (scenario.rule == Rule::kRung && record.epoch == scenario.rung && !record.diverged &&
          ending.epochs > scenario.rung) {
        at_rung.emplace(trial.id, ValueOf(curve, objective));
      }
    }
    endings_.emplace(trial.id, std::move(ending));
  }
  const std::set<std::string> survivors = Survivors(at_rung, objective.mode);
  for (auto& [id, ending] : endings_) {
    ending.loses = at_rung.count(id) > 0 && survivors.count(id) == 0;
  }
}

/// Adds the trials of the space's search that are not there.
void Expected::AddSearch(const SearchSpace& space, const Scenario& scenario) {
  for (auto& [id, searched] : PlainSearch(space, scenario)) {
    if (endings_.count(id) > 0) continue;
    const Trial& trial = searched.trial;
    endings_.emplace(id, Ending{.trial_id = id,
                                .undisturbed = TrainUndisturbed(trial.params, scenario),
                                .epochs = EpochsOf(trial),
                                .searched = std::move(searched)});
  }
}

void Expected::AddEdited(const SearchSpace& space, const Scenario& scenario) {
  const std::map<std::string, Ending> of_search = endings_;
  AddSearch(space, scenario);
  for (auto& [id, ending] : endings_) ending.is_in_space = of_search.count(id) > 0;
}

void Expected::LeaveSearch(const SearchSpace& space, const Scenario& scenario) {
  for (auto& [id, ending] : endings_) ending.is_in_space = false;
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    endings_.insert_or_assign(trial.id,
                              Ending{.trial_id = trial.id,
                                     .undisturbed = TrainUndisturbed(trial.params, scenario),
                                     .epochs = EpochsOf(trial)});
  }
}

void CheckBetweenRuns(World& world, const Expected& expected, const Truth& truth,
                      const std::filesystem::path& database) {
  const Store store = Store::Open(database);
  for (const TrialRow& row : store.Trials()) {
    const auto ending = expected.endings().find(row.trial_id);
    if (ending == expected.endings().end()) {
      world.Fail(fmt::format("trial {} is of another sweep", row.trial_id.substr(0, 6)));
    }
    TrialChecks(world, truth, store, ending->second).CheckEpochs();
  }
  for (const auto& [id, state] : truth.ended) {
    if (store.TrialById(id).state != ToString(state)) {
      world.Fail(fmt::format("trial {} was told to be {}, and is {}", id.substr(0, 6),
                             ToString(state), store.TrialById(id).state));
    }
  }
}

void CheckEnd(World& world, const Expected& expected, const Truth& truth,
              const std::filesystem::path& database, bool strictly) {
  CheckIntegrity(world, database);
  CheckBetweenRuns(world, expected, truth, database);
  const Store store = Store::Open(database);
  const auto is_there = [&](const Expected::Ending& ending) {
    return ending.is_in_space || !store.TrialsByPrefix(ending.trial_id, 1).empty();
  };
  int64_t trials = 0;
  for (const auto& [id, ending] : expected.endings()) {
    if (!is_there(ending)) continue;
    ++trials;
    TrialChecks checks(world, truth, store, ending);
    checks.CheckState(strictly);
    checks.CheckProvenance();
    if (ending.is_in_space && store.CheckpointEpochs().count(id) > 0) {
      world.Fail("a checkpoint is left");
    }
  }
  if (std::ssize(store.Trials()) != trials) world.Fail("there are other trials");
  CheckRanking(world, store);
}

}  // namespace lrsweep::simulation
