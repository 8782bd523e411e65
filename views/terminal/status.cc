#include "views/terminal/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "analysis/ranked_sweep.h"
#include "analysis/test_value.h"
#include "params/text.h"
#include "results/time_text.h"
#include "results/trials_on_disk.h"
#include "trial/trial_folder.h"
#include "views/json_rows.h"
#include "views/metric_text.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

/// For a network's file system with many trials: the status is shown again and again.
constexpr auto kTimeToMeasure = std::chrono::milliseconds(300);

/// A trial and the worker that it runs on.
struct Running {
  TrialRow trial;
  AttemptRow attempt;
};

struct Status {
  explicit Status(const Store& store) : Status(store, store.Sweep()) {}

  Status(const Store& store, const SweepRecord& sweep)
      : ranked(store, sweep, sweep.objective, 1),
        test(store, sweep.objective),
        failed(store.TrialsInState(TrialState::kFailed)),
        rungs(store.Rungs()),
        excluded(store.ExcludedWorkers()),
        work(store.CountWork()) {
    for (TrialRow& trial : store.TrialsInState(TrialState::kRunning)) {
      const std::vector<AttemptRow> attempts = store.Attempts(trial.trial_id);
      if (!attempts.empty()) running.push_back({std::move(trial), attempts.back()});
    }
    const std::string until = running.empty() ? sweep.ended_at.value_or("") : UtcNow();
    if (sweep.started_at) elapsed_seconds = SecondsBetween(*sweep.started_at, until);
  }

  RankedSweep ranked;
  TestValues test;
  double elapsed_seconds = 0;
  std::vector<TrialRow> failed;
  std::vector<RungCount> rungs;
  std::vector<ExcludedWorker> excluded;
  WorkDone work;
  std::vector<Running> running;
};

std::string JournalText(const SweepRecord& sweep) {
  return sweep.journal == "wal" ? "wal" : "delete (a rollback journal: readers and writer wait)";
}

/// "12", or "12 of at most 36" of a search that has not decided all of them.
std::string TrialsText(const Status& status, const std::optional<int64_t>& most) {
  const int64_t trials = status.ranked.Trials();
  return fmt::format("{}{}", trials,
                     most.value_or(0) > trials ? fmt::format(" of at most {}", *most) : "");
}

std::string TrialsLine(const Status& status, const std::optional<int64_t>& most) {
  std::string line =
      fmt::format("{}: {}", TrialsText(status, most),
                  CountsText(status.ranked.CountByState(),
                             {"completed", "stopped", "failed", "running", "pending"}));
  const int64_t diverged = status.ranked.Diverged();
  if (diverged > 0) line += fmt::format("; {} diverged", diverged);
  return line;
}

std::string BestLine(const Status& status) {
  const RankedRow* best = status.ranked.Best();
  if (best == nullptr) {
    const int64_t ranked = status.ranked.Ranked();
    return ranked > 0 && ranked == status.ranked.Diverged()
               ? "no trial has a value: all that have ended diverged"
               : "no trial has finished with a value yet";
  }
  const TrialRow& trial = best->trial;
  std::string value = NumberText(status.ranked.By().metric, *best->ranked.value);
  if (const std::optional<double> test = status.test.Of(trial.trial_id)) {
    value +=
        fmt::format(" ({} {})", *status.test.Metric(), NumberText(*status.test.Metric(), *test));
  }
  value += BudgetText(trial.budget.value_or(0));
  return fmt::format("{} {}  {}  {} {}{}", status.ranked.By().metric, value, trial.trial_id,
                     trial.scheduler, status.ranked.Label(trial),
                     TiedText(status.ranked.Tied(), "trial", "value"));
}

/// ", 250 trained" where trials share epochs.
std::string TrainedText(const Status& status) {
  return status.work.IsShared() ? fmt::format(", {} trained", status.work.epochs_trained) : "";
}

std::string RunningTable(const Status& status, const Style& style) {
  Table table({{"running"},
               {"worker", Align::kRight},
               {"host"},
               {"device"},
               {"epochs", Align::kRight},
               {"scheduler"},
               {"parameters"}});
  for (const Running& row : status.running) {
    table.AddRow({row.trial.trial_id, std::to_string(row.attempt.by.worker), row.attempt.by.host,
                  row.attempt.by.device, std::to_string(row.trial.epochs_done), row.trial.scheduler,
                  status.ranked.Label(row.trial)});
  }
  return table.Text(style);
}

std::string RungTable(const Status& status, const Style& style) {
  const bool has_brackets = status.rungs.front().bracket != status.rungs.back().bracket;
  std::vector<Table::Column> columns = {{"rung", Align::kRight},
                                        {"epochs", Align::kRight},
                                        {"points", Align::kRight},
                                        {"trials", Align::kRight},
                                        {"ended", Align::kRight}};
  if (has_brackets) columns.insert(columns.begin(), {"bracket", Align::kRight});
  Table table(std::move(columns));
  for (const RungCount& rung : status.rungs) {
    std::vector<std::string> cells;
    if (has_brackets) cells.push_back(std::to_string(rung.bracket));
    for (const int64_t number : {rung.rung, rung.budget, rung.points, rung.trials, rung.ended}) {
      cells.push_back(std::to_string(number));
    }
    table.AddRow(std::move(cells));
  }
  return table.Text(style);
}

Json RungsJson(const std::vector<RungCount>& rungs) {
  Json json = Json::array();
  for (const RungCount& rung : rungs) {
    json.push_back({{"bracket", rung.bracket},
                    {"rung", rung.rung},
                    {"budget", rung.budget},
                    {"points", rung.points},
                    {"trials", rung.trials},
                    {"ended", rung.ended}});
  }
  return json;
}

std::string FailedTable(const Status& status, const Style& style) {
  Table table({{"failed"}, {"error"}});
  for (const TrialRow& trial : status.failed) {
    table.AddRow({trial.trial_id, ErrorLine(trial.error.value_or(""))}, Tone::kBad);
  }
  return table.Text(style);
}

/// How to read what a failed program printed.
std::string LogLine(const Status& status, const std::string& db) {
  if (!status.ranked.Sweep().IsOfProgram()) return "";
  return fmt::format("what one of them printed: lrsweep log {} {}\n", OneLine(ShellPath(db)),
                     status.failed.front().trial_id);
}

std::string ExcludedLines(const Status& status, const Style& style) {
  std::string text;
  for (const ExcludedWorker& excluded : status.excluded) {
    text += style.Paint(Tone::kBad, OneLine(Describe(excluded))) + '\n';
  }
  return text;
}

/// What a user's program left on disk; none for the built-in model.
std::optional<DiskUse> UseOf(const Store& store, const std::string& db) {
  if (!store.Sweep().IsOfProgram()) return std::nullopt;
  const std::filesystem::path folder = TrialsFolderOf(db);
  return MeasureFolders(folder, FoldersOfTrials(folder), kTimeToMeasure);
}

std::string DiskLine(const DiskUse& use, const std::string& db) {
  if (use.folders == 0) return "nothing";
  return fmt::format("{}{} of {} in {}; to remove it: lrsweep clean {}",
                     use.is_complete ? "" : "more than ", BytesText(static_cast<double>(use.bytes)),
                     Counted(use.folders, "trial"), OneLine(TrialsFolderOf(db).string()),
                     OneLine(ShellPath(db)));
}

Json DiskJson(const Store& store, const std::string& db) {
  const std::optional<DiskUse> use = UseOf(store, db);
  if (!use) return nullptr;
  return {{"folder", TrialsFolderOf(db).string()},
          {"trials", use->folders},
          {"bytes", use->bytes},
          {"complete", use->is_complete}};
}

Json StatusObject(const Store& store, const std::string& db, const std::optional<int64_t>& most) {
  const Status status(store);
  const SweepRecord& sweep = status.ranked.Sweep();
  Json best = nullptr;
  if (const RankedRow* first = status.ranked.Best()) {
    best = {{"place", first->ranked.place},
            {"value", OrNull(first->ranked.value)},
            {"test_metric", OrNull(status.test.Metric())},
            {"test_value", OrNull(status.test.Of(first->trial.trial_id))}};
    best.update(ToJson(first->trial));
  }
  Json running = Json::array();
  for (const Running& row : status.running) {
    running.push_back({{"trial_id", row.trial.trial_id},
                       {"scheduler", row.trial.scheduler},
                       {"worker", row.attempt.by.worker},
                       {"host", row.attempt.by.host},
                       {"device", row.attempt.by.device},
                       {"started_at", row.attempt.started_at},
                       {"epochs_done", row.trial.epochs_done}});
  }
  Json failed = Json::array();
  for (const TrialRow& trial : status.failed) {
    failed.push_back({{"trial_id", trial.trial_id},
                      {"scheduler", trial.scheduler},
                      {"error", OrNull(trial.error)}});
  }
  Json excluded = Json::array();
  for (const ExcludedWorker& worker : status.excluded) {
    excluded.push_back({{"worker", worker.worker},
                        {"host", worker.host},
                        {"device", worker.device},
                        {"reason", worker.reason}});
  }
  return {{"name", sweep.name},
          {"created_at", sweep.created_at},
          {"version", sweep.version},
          {"engine", sweep.engine},
          {"journal", sweep.journal},
          {"metric", sweep.objective.metric},
          {"mode", sweep.objective.mode},
          {"scope", sweep.objective.scope},
          {"trials", status.ranked.Trials()},
          {"trials_at_most", std::max(status.ranked.Trials(), most.value_or(0))},
          {"states", status.ranked.CountByState()},
          {"diverged", status.ranked.Diverged()},
          {"epochs_done", status.ranked.EpochsDone()},
          {"epochs_trained", status.work.epochs_trained},
          {"wall_seconds", status.work.seconds_recorded},
          {"wall_seconds_trained", status.work.seconds_trained},
          {"elapsed_seconds", status.elapsed_seconds},
          {"best", std::move(best)},
          {"rungs", RungsJson(status.rungs)},
          {"running", std::move(running)},
          {"failed", std::move(failed)},
          {"excluded_workers", std::move(excluded)},
          {"on_disk", DiskJson(store, db)}};
}

}  // namespace

std::string StatusText(const Store& store, const std::string& db, const Style& style,
                       const std::optional<int64_t>& most_trials) {
  const Status status(store);
  const SweepRecord& sweep = status.ranked.Sweep();
  Table table({{"sweep"}, {OneLine(sweep.name)}});
  table.AddRow({"made", fmt::format("{} by lrsweep {}, engine {}", sweep.created_at, sweep.version,
                                    sweep.engine)});
  table.AddRow({"objective", Describe(status.ranked.By())});
  table.AddRow({"journal", JournalText(sweep)});
  table.AddRow({"trials", TrialsLine(status, most_trials)});
  table.AddRow(
      {"epochs", fmt::format("{} done{}", status.ranked.EpochsDone(), TrainedText(status))});
  if (status.work.IsShared()) {
    table.AddRow({"training",
                  fmt::format("{} recorded, {} trained", DurationText(status.work.seconds_recorded),
                              DurationText(status.work.seconds_trained))});
  }
  table.AddRow({"elapsed", DurationText(status.elapsed_seconds)});
  table.AddRow({"best", BestLine(status)},
               status.ranked.Best() != nullptr ? Tone::kBest : Tone::kPlain);
  if (const auto use = UseOf(store, db)) table.AddRow({"on disk", DiskLine(*use, db)});
  std::string text = table.Text(style);
  if (!status.rungs.empty()) text += '\n' + RungTable(status, style);
  if (!status.running.empty()) text += '\n' + RunningTable(status, style);
  if (!status.failed.empty()) text += '\n' + FailedTable(status, style) + LogLine(status, db);
  if (!status.excluded.empty()) text += '\n' + ExcludedLines(status, style);
  return text;
}

std::string StatusLine(const Store& store, const std::optional<int64_t>& most_trials) {
  const Status status(store);
  std::string line = fmt::format("trials {}; {} done{}", TrialsLine(status, most_trials),
                                 Counted(status.ranked.EpochsDone(), "epoch"), TrainedText(status));
  if (status.ranked.Best() != nullptr) line += "; best " + BestLine(status);
  for (const ExcludedWorker& excluded : status.excluded) line += "; " + Describe(excluded);
  return OneLine(line) + '\n';
}

std::string StatusJson(const Store& store, const std::string& db,
                       const std::optional<int64_t>& most_trials) {
  return Print(StatusObject(store, db, most_trials));
}

std::string StatusJsonLine(const Store& store, const std::string& db,
                           const std::optional<int64_t>& most_trials) {
  return Dump(StatusObject(store, db, most_trials)) + '\n';
}

}  // namespace lrsweep
