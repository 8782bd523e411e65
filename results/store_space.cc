// Writes the trials of a search space, and changes them when the space changes.
#include "results/store_space.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {
namespace {

struct Known {
  bool in_space = false;    // until now
  bool is_spanned = false;  // by the new space
};
using KnownTrials = std::unordered_map<std::string, Known>;

KnownTrials ReadKnown(SQLite::Database& db) {
  KnownTrials known;
  SQLite::Statement query(db, "SELECT trial_id, in_space FROM trials");
  while (query.executeStep()) {
    known.emplace(query.getColumn(0).getString(), Known{query.getColumn(1).getInt() != 0});
  }
  return known;
}

void InsertTrial(SQLite::Statement& insert, int64_t number, const Trial& trial) {
  RunStatement(insert, number, trial.id, trial.group_id,
               std::string(ToString(TrialState::kPending)), trial.scheduler, ToJson(trial.params),
               trial.seed);
}

SQLite::Statement PrepareInsert(SQLite::Database& db) {
  return {db,
          "INSERT INTO trials (number, trial_id, group_id, state, scheduler, params, seed) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)"};
}

/// Marks the known trials that the space spans, and adds the others. Returns how many.
int64_t AddUnknown(SQLite::Database& db, size_t count, const std::function<Trial(size_t)>& trial_at,
                   KnownTrials& known, TrialLabels& labels) {
  SQLite::Statement insert = PrepareInsert(db);
  int64_t number = db.execAndGet("SELECT coalesce(max(number) + 1, 0) FROM trials").getInt64();
  int64_t added = 0;
  for (size_t i = 0; i < count; ++i) {
    const Trial trial = trial_at(i);
    const auto found = known.find(trial.id);
    if (found != known.end()) {
      found->second.is_spanned = true;
      continue;
    }
    labels.Add(trial.scheduler, FlatText(trial.params));
    InsertTrial(insert, number++, trial);
    ++added;
  }
  return added;
}

void WriteConfiguration(SQLite::Database& db, const SweepRecord& sweep) {
  SQLite::Statement update(db,
                           "UPDATE sweep SET name = ?, config_yaml = ?, metric = ?, mode = ?, "
                           "scope = ?, record_steps = ?, race_confidence = ?");
  const Objective& objective = sweep.objective;
  RunStatement(update, sweep.name, sweep.config_yaml, objective.metric, objective.mode,
               objective.scope, int64_t{sweep.record_steps}, sweep.race_confidence);
}

/// Marks the known trials by whether the new space has them, and counts what changes.
void MarkSpanned(SQLite::Database& db, const KnownTrials& known, SpaceChange& change) {
  SQLite::Statement mark(db, "UPDATE trials SET in_space = ?2 WHERE trial_id = ?1");
  for (const auto& [trial_id, trial] : known) {
    if (trial.in_space == trial.is_spanned) continue;
    RunStatement(mark, trial_id, int64_t{trial.is_spanned});
    ++(trial.is_spanned ? change.returned : change.left);
  }
}

/// Makes trials of a search ordinary ones: what it stopped is to be trained to its end.
void LeaveSearch(SQLite::Database& db) {
  db.exec(
      "UPDATE trials SET state = 'pending', error = NULL, objective_value = NULL "
      "WHERE stopped_by IS NOT NULL AND state = 'stopped' AND in_space = 1; "
      "UPDATE trials SET point = NULL, budget = NULL, rung = NULL, bracket = NULL, "
      "stopped_by = NULL, promoted = 0, dropped = 0 WHERE in_space = 1 AND (budget IS NOT NULL OR "
      "point IS NOT NULL OR stopped_by IS NOT NULL OR promoted = 1 OR dropped = 1)");
}

/// Computes the values of all trials that have one by another objective.
void Revalue(SQLite::Database& db, const Objective& objective, const ScoredMetrics& metrics) {
  db.exec(
      fmt::format("UPDATE trials SET objective_value = (SELECT score FROM ({})) "
                  "WHERE (state = 'completed' OR (state = 'stopped' AND stopped_by IS NOT NULL)) "
                  "AND diverged = 0",
                  ScoreQuery(objective, metrics, "WHERE trial_id = trials.trial_id")));
}

/// Which values of the objective's recorded metric are better.
Better BetterOf(const Objective& objective, const MetricTable& metrics) {
  const MetricInfo* metric = FindMetric(metrics, ParseKnownMetric(objective.metric).recorded);
  return metric == nullptr ? Better::kUnknown : metric->better;
}

}  // namespace

TrialLabels OpenLabels(SQLite::Database& db, TrialLabels labels) {
  SQLite::Statement query(db,
                          "SELECT scheduler, params FROM trials WHERE number IN "
                          "(SELECT min(number) FROM trials GROUP BY scheduler)");
  while (query.executeStep()) {
    labels.Add(query.getColumn(0).getString(), FlatText(query.getColumn(1).getString()));
  }
  return labels;
}

void WriteLabels(SQLite::Database& db, const TrialLabels& labels) {
  SQLite::Statement insert(db, "INSERT OR REPLACE INTO parameters VALUES (?, ?, ?)");
  for (const LabelPath& row : labels.Paths()) {
    RunStatement(insert, row.scheduler, row.path, int64_t{row.varies});
  }
}

void InsertTrials(SQLite::Database& db, size_t count,
                  const std::function<Trial(size_t)>& trial_at) {
  TrialLabels labels;
  KnownTrials none;
  AddUnknown(db, count, trial_at, none, labels);
  WriteLabels(db, labels);
}

/// Takes over the new configuration, and computes the values by its objective.
void Store::Impl::TakeOver(const SweepRecord& sweep, const SweepRecord& before) {
  WriteConfiguration(Db(), sweep);
  const MetricTable earlier = Metrics();
  if (before.IsOfProgram()) ForgetDeclaredMetrics(Db());
  DeclareMetrics(Db(), sweep.reported_metrics);
  metrics.reset();
  if (!(sweep.objective == before.objective) ||
      BetterOf(sweep.objective, earlier) != BetterOf(sweep.objective, Metrics())) {
    Revalue(Db(), sweep.objective, Scored());
  }
}

SpaceChange Store::ChangeSpace(const SweepRecord& sweep, size_t count,
                               const std::function<Trial(size_t)>& trial_at) {
  const SweepRecord before = Sweep();
  TrialLabels labels = Labels();
  SpaceChange change;
  impl_->Write([&] {
    SQLite::Database& db = impl_->Db();
    KnownTrials known = ReadKnown(db);
    labels = OpenLabels(db, std::move(labels));
    change.added = AddUnknown(db, count, trial_at, known, labels);
    WriteLabels(db, labels);
    MarkSpanned(db, known, change);
    LeaveSearch(db);
    impl_->TakeOver(sweep, before);
  });
  impl_->Follow(sweep);
  return change;
}

SpaceChange Store::ChangeSpace(const SweepRecord& sweep, const std::function<Decided()>& decide) {
  const SweepRecord before = Sweep();
  SpaceChange change;
  impl_->Write([&] {
    if (sweep.config_yaml != before.config_yaml) {
      impl_->Db().exec(
          "UPDATE sweep SET first_number = (SELECT coalesce(max(number) + 1, 0) FROM trials)");
    }
    impl_->TakeOver(sweep, before);
  });
  impl_->Follow(sweep);
  const Decided decided = decide();
  impl_->Write([&] {
    KnownTrials known = ReadKnown(impl_->Db());
    for (const DecidedTrial& one : decided.trials) {
      const auto found = known.find(one.trial.id);
      if (found == known.end()) {
        ++change.added;
      } else {
        found->second.is_spanned = true;
      }
    }
    MarkSpanned(impl_->Db(), known, change);
  });
  AddDecided(decided);
  return change;
}

}  // namespace lrsweep
