#include "views/exports/tables.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "analysis/groups.h"
#include "views/exports/flat_params.h"
#include "views/exports/rows.h"

namespace lrsweep {
namespace {

using Cells = std::vector<Json>;
using Columns = std::vector<std::string>;

/// Makes the writer at the first row, so that nothing is written where there is none.
class Rows {
 public:
  Rows(const TableOptions& options, Columns columns, std::ostream& out)
      : options_(options), columns_(std::move(columns)), out_(out) {}

  void Add(const Cells& cells) {
    if (writer_ == nullptr) writer_ = MakeRowWriter(options_.format, columns_, out_);
    StopIf(options_.interrupted);
    writer_->Add(cells);
    CheckWritten(out_);
  }

  /// `if_none`: why there may be no row.
  void End(const std::string& if_none) {
    if (writer_ == nullptr) throw ExportError(if_none);
    writer_->End();
  }

 private:
  const TableOptions& options_;
  Columns columns_;
  std::ostream& out_;
  std::unique_ptr<RowWriter> writer_;
};

Columns Joined(Columns first, const Columns& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const Columns kTrialColumns = {
    "number",     "trial_id",     "group_id",    "state",    "scheduler", "seed",           "error",
    "started_at", "wall_seconds", "epochs_done", "diverged", "in_space",  "objective_value"};

Cells TrialCells(const TrialRow& trial, const ParameterColumns& parameters) {
  Cells cells = {trial.number,
                 trial.trial_id,
                 trial.group_id,
                 trial.state,
                 trial.scheduler,
                 trial.seed,
                 OrNull(trial.error),
                 OrNull(trial.started_at),
                 trial.wall_seconds,
                 trial.epochs_done,
                 trial.diverged,
                 trial.in_space,
                 OrNull(trial.objective_value)};
  Cells values = parameters.Values(trial);
  std::move(values.begin(), values.end(), std::back_inserter(cells));
  return cells;
}

void WriteTrials(const Store& store, const TableOptions& options, std::ostream& out) {
  const ParameterColumns parameters(store);
  Rows rows(options, Joined(kTrialColumns, parameters.Paths()), out);
  store.EachTrial([&](const TrialRow& trial) { rows.Add(TrialCells(trial, parameters)); });
  rows.End("the sweep has no trial");
}

void WriteRanking(const Store& store, const TableOptions& options, std::ostream& out) {
  const ParameterColumns parameters(store);
  Rows rows(options, Joined(Joined({"place", "value"}, kTrialColumns), parameters.Paths()), out);
  for (const Placed& placed : store.Ranking(options.objective, 0)) {
    Cells cells = {placed.place, OrNull(placed.value)};
    Cells trial = TrialCells(store.TrialById(placed.trial_id), parameters);
    std::move(trial.begin(), trial.end(), std::back_inserter(cells));
    rows.Add(cells);
  }
  rows.End("no trial has finished yet: there is no ranking");
}

void WriteGroups(const Store& store, const TableOptions& options, std::ostream& out) {
  const ParameterColumns parameters(store, {kSeedPath});
  Rows rows(options,
            Joined({"place", "group_id", "scheduler", "n", "mean", "sd", "low", "high", "best",
                    "worst", "diverged", "never", "unfinished"},
                   parameters.Paths()),
            out);
  for (const RankedGroup& group : RankGroups(store, options.objective)) {
    Cells cells = {group.place, group.group_id, group.scheduler};
    if (group.summary) {
      const Summary& summary = *group.summary;
      cells.insert(cells.end(), {summary.n, summary.mean, OrNull(summary.sd)});
      cells.insert(cells.end(), {LowOf(summary.interval95), HighOf(summary.interval95)});
    } else {
      cells.insert(cells.end(), {0, nullptr, nullptr, nullptr, nullptr});
    }
    cells.insert(cells.end(),
                 {OrNull(group.Best(options.objective)), OrNull(group.Worst(options.objective)),
                  group.diverged, group.never, group.unfinished});
    Cells values = parameters.Values(TrialRow{.params_json = group.params_json});
    std::move(values.begin(), values.end(), std::back_inserter(cells));
    rows.Add(cells);
  }
  rows.End("no trial has finished yet: there are no groups");
}

void WriteEpochs(const Store& store, const TableOptions& options, std::ostream& out) {
  Rows rows(options,
            {"trial_id", "epoch", "steps_done", "lr", "train_loss", "val_loss", "val_accuracy",
             "wall_seconds"},
            out);
  store.EachTrial([&](const TrialRow& trial) {
    if (trial.epochs_done == 0) return;
    for (const EpochRow& row : store.Epochs(trial.trial_id)) {
      rows.Add({trial.trial_id, row.epoch, row.steps_done, OrNull(row.lr), OrNull(row.train_loss),
                OrNull(row.val_loss), OrNull(row.val_accuracy), row.wall_seconds});
    }
  });
  rows.End("no epoch of any trial is done yet");
}

void WriteSteps(const Store& store, const TableOptions& options, std::ostream& out) {
  Rows rows(options, {"trial_id", "epoch", "step", "lr", "momentum", "loss"}, out);
  store.EachTrial([&](const TrialRow& trial) {
    if (trial.epochs_done == 0) return;
    const std::vector<StepRow> steps = store.Steps(trial.trial_id);
    size_t step = 0;
    for (const EpochRow& epoch : store.Epochs(trial.trial_id)) {
      for (; step < std::min(steps.size(), static_cast<size_t>(epoch.steps_done)); ++step) {
        const StepRow& row = steps[step];
        rows.Add({trial.trial_id, epoch.epoch, step, row.lr, row.momentum, row.loss});
      }
    }
  });
  rows.End(store.Sweep().record_steps
               ? "no epoch of any trial is done yet"
               : "the sweep recorded no steps: its configuration says record: {steps: none}");
}

void WriteAttempts(const Store& store, const TableOptions& options, std::ostream& out) {
  Rows rows(options,
            {"trial_id", "attempt", "worker", "host", "device", "engine", "cpu_target", "pack_size",
             "started_at", "ended_at", "first_epoch", "outcome", "error"},
            out);
  store.EachTrial([&](const TrialRow& trial) {
    for (const AttemptRow& row : store.Attempts(trial.trial_id)) {
      Cells cells = {trial.trial_id};
      const Json attempt = ToJson(row);
      cells.insert(cells.end(), attempt.begin(), attempt.end());
      rows.Add(cells);
    }
  });
  rows.End("no trial has begun yet");
}

struct Table {
  std::string name;
  void (*write)(const Store&, const TableOptions&, std::ostream&);
};

const std::vector<Table>& Tables() {
  static const std::vector<Table> kTables = {{"trials", WriteTrials},   {"epochs", WriteEpochs},
                                             {"steps", WriteSteps},     {"attempts", WriteAttempts},
                                             {"ranking", WriteRanking}, {"groups", WriteGroups}};
  return kTables;
}

}  // namespace

const std::vector<std::string>& ExportTables() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Table& table : Tables()) names.push_back(table.name);
    return names;
  }();
  return kNames;
}

void WriteTable(const Store& store, const TableOptions& options, std::ostream& out) {
  for (const Table& table : Tables()) {
    if (table.name == options.table) return table.write(store, options, out);
  }
  throw std::invalid_argument("no table: " + options.table);
}

}  // namespace lrsweep
