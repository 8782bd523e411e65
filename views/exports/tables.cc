#include "views/exports/tables.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "analysis/groups.h"
#include "analysis/test_value.h"
#include "params/find_by_name.h"
#include "views/exports/parameter_columns.h"
#include "views/exports/rows.h"
#include "views/json_rows.h"

namespace lrsweep {
namespace {

using Cells = std::vector<Json>;

/// Makes the writer at the first row, so that nothing is written where there is none.
class Rows {
 public:
  Rows(const TableOptions& options, std::vector<std::string> columns, std::ostream& out)
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
  std::vector<std::string> columns_;
  std::ostream& out_;
  std::unique_ptr<RowWriter> writer_;
};

/// Appends `more` to `all`.
template <typename Item>
void Append(std::vector<Item> more, std::vector<Item>& all) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// The names of the columns in `table`, after those of `key`, with a column for each parameter.
template <typename Row>
std::vector<std::string> Header(std::vector<std::string> key, const Columns<Row>& table,
                                const ParameterColumns* parameters = nullptr) {
  Append(AllNames(table), key);
  if (parameters != nullptr) Append(parameters->Paths(), key);
  return key;
}

/// The cells of `row` under Header. `params_json`: where there are parameters.
template <typename Row>
Cells RowCells(Cells key, const Row& row, const Columns<Row>& table,
               const ParameterColumns* parameters = nullptr, const std::string& params_json = "") {
  Append(ReadCells(row, table), key);
  if (parameters != nullptr) Append(parameters->Values(params_json), key);
  return key;
}

void WriteTrials(const Store& store, const TableOptions& options, std::ostream& out) {
  const ParameterColumns parameters(store);
  Rows rows(options, Header({}, TrialTable(), &parameters), out);
  store.EachTrial([&](const TrialRow& trial) {
    rows.Add(RowCells({}, trial, TrialTable(), &parameters, trial.params_json));
  });
  rows.End("the sweep has no trial");
}

void WriteRanking(const Store& store, const TableOptions& options, std::ostream& out) {
  const ParameterColumns parameters(store);
  const TestValues test(store, options.objective);
  Columns<TrialRow> table = TrialTable();
  if (test.Metric()) {
    table.push_back(
        {"test_value", [&test](const TrialRow& trial) { return OrNull(test.Of(trial.trial_id)); }});
  }
  Rows rows(options, Header({"place", "value"}, table, &parameters), out);
  for (const RankedTrial& placed : store.Ranking(options.objective, 0)) {
    const TrialRow trial = store.TrialById(placed.trial_id);
    rows.Add(RowCells({placed.place, OrNull(placed.value)}, trial, table, &parameters,
                      trial.params_json));
  }
  rows.End("no trial has finished yet: there is no ranking");
}

void WriteGroups(const Store& store, const TableOptions& options, std::ostream& out) {
  const ParameterColumns parameters(store, {kSeedPath});
  Columns<RankedGroup> table = GroupTable(options.objective);
  // The parameters have columns of their own.
  std::erase_if(table, [](const auto& column) { return column.name == "label"; });
  const TestValues test(store, options.objective);
  if (test.Metric()) {
    table.push_back(
        {"test_value", [&test](const RankedGroup& group) { return OrNull(test.MeanOf(group)); }});
  }
  Rows rows(options, Header({}, table, &parameters), out);
  for (const RankedGroup& group : RankGroups(store, options.objective)) {
    rows.Add(RowCells({}, group, table, &parameters, group.params_json));
  }
  rows.End("no trial has finished yet: there are no groups");
}

void WriteEpochs(const Store& store, const TableOptions& options, std::ostream& out) {
  const Columns<EpochRow> table = EpochTable(store.Metrics());
  Rows rows(options, Header({"trial_id"}, table), out);
  store.EachTrial([&](const TrialRow& trial) {
    if (trial.epochs_done == 0) return;
    for (const EpochRow& row : store.Epochs(trial.trial_id)) {
      rows.Add(RowCells({trial.trial_id}, row, table));
    }
  });
  rows.End("no epoch of any trial is done yet");
}

/// A step with its place.
struct PlacedStep {
  const std::string& trial_id;
  int64_t epoch;  // from 1
  size_t step;    // of the whole trial, from 0
  const StepRow& row;
};

const Columns<PlacedStep>& StepTable() {
  static const Columns<PlacedStep> kTable = {
      {"trial_id", [](const PlacedStep& step) { return step.trial_id; }},
      {"epoch", [](const PlacedStep& step) { return step.epoch; }},
      {"step", [](const PlacedStep& step) { return step.step; }},
      {"lr", [](const PlacedStep& step) { return step.row.lr; }},
      {"momentum", [](const PlacedStep& step) { return step.row.momentum; }},
      {"loss", [](const PlacedStep& step) { return step.row.loss; }}};
  return kTable;
}

void WriteSteps(const Store& store, const TableOptions& options, std::ostream& out) {
  Rows rows(options, AllNames(StepTable()), out);
  store.EachTrial([&](const TrialRow& trial) {
    if (trial.epochs_done == 0) return;
    const std::vector<StepRow> steps = store.Steps(trial.trial_id);
    size_t step = 0;
    for (const EpochRow& epoch : store.Epochs(trial.trial_id)) {
      for (; step < std::min(steps.size(), static_cast<size_t>(epoch.steps_done)); ++step) {
        const PlacedStep placed{trial.trial_id, epoch.epoch, step, steps[step]};
        rows.Add(ReadCells(placed, StepTable()));
      }
    }
  });
  rows.End(store.Sweep().record_steps
               ? "no epoch of any trial is done yet"
               : "the sweep recorded no steps: its configuration says record: {steps: none}");
}

void WriteAttempts(const Store& store, const TableOptions& options, std::ostream& out) {
  Rows rows(options, Header({"trial_id"}, AttemptTable()), out);
  store.EachTrial([&](const TrialRow& trial) {
    for (const AttemptRow& row : store.Attempts(trial.trial_id)) {
      rows.Add(RowCells({trial.trial_id}, row, AttemptTable()));
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

std::vector<std::string> ExportTables() { return AllNames(Tables()); }

void WriteTable(const Store& store, const TableOptions& options, std::ostream& out) {
  const Table* table = FindByName(Tables(), options.table);
  if (table == nullptr) throw std::invalid_argument("no table: " + options.table);
  table->write(store, options, out);
}

}  // namespace lrsweep
