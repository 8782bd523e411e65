#include "results/status.h"

#include <fmt/format.h>

#include <utility>

#include "results/json_rows.h"
#include "results/ranked_sweep.h"
#include "results/table.h"
#include "results/time_text.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

/// A trial and the worker that it runs on.
struct Running {
  TrialRow trial;
  AttemptRow attempt;
};

struct Status {
  explicit Status(const Store& store) : ranked(store), states(ranked.CountByState()) {
    for (const TrialRow& trial : ranked.Trials()) {
      epochs_done += trial.epochs_done;
      diverged += trial.diverged ? 1 : 0;
      if (trial.state == "failed") failed.push_back(trial);
      if (trial.state != "running") continue;
      const std::vector<AttemptRow> attempts = store.Attempts(trial.trial_id);
      if (!attempts.empty()) running.push_back({trial, attempts.back()});
    }
    const Span span = store.AttemptsSpan();
    const std::string until = running.empty() ? span.ended_at.value_or("") : UtcNow();
    if (span.started_at) elapsed_seconds = SecondsBetween(*span.started_at, until);
  }

  /// The first place, unless all who have finished diverged.
  const Placed* Best() const {
    const std::vector<Placed>& ranking = ranked.Ranking();
    return ranking.empty() || !ranking[0].value ? nullptr : &ranking[0];
  }

  RankedSweep ranked;
  std::map<std::string, int64_t> states;
  int64_t epochs_done = 0;
  int64_t diverged = 0;
  double elapsed_seconds = 0;
  std::vector<TrialRow> failed;
  std::vector<Running> running;
};

std::string TrialsLine(const Status& status) {
  std::string line = fmt::format(
      "{}: {}", status.ranked.Trials().size(),
      CountsText(status.states, {"completed", "stopped", "failed", "running", "pending"}));
  if (status.diverged > 0) line += fmt::format("; {} diverged", status.diverged);
  return line;
}

std::string BestLine(const Status& status) {
  const Placed* best = status.Best();
  if (best == nullptr) return "no trial has finished with a value yet";
  const TrialRow& trial = status.ranked.At(*best);
  return fmt::format("{} {}  {}  {} {}", status.ranked.By().metric, MetricText(best->value),
                     trial.trial_id, trial.scheduler, status.ranked.Label(trial));
}

std::string RunningTable(const Status& status) {
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
  return table.Text();
}

std::string FailedTable(const Status& status) {
  Table table({{"failed"}, {"error"}});
  for (const TrialRow& trial : status.failed) {
    table.AddRow({trial.trial_id, FirstLine(trial.error.value_or(""))});
  }
  return table.Text();
}

}  // namespace

std::string StatusText(const Store& store) {
  const Status status(store);
  const SweepRecord& sweep = status.ranked.Sweep();
  Table table({{"sweep"}, {OneLine(sweep.name)}});
  table.AddRow({"made", fmt::format("{} by lrsweep {}, engine {}", sweep.created_at, sweep.version,
                                    sweep.engine)});
  table.AddRow({"objective", Describe(status.ranked.By())});
  table.AddRow({"trials", TrialsLine(status)});
  table.AddRow({"epochs", fmt::format("{} done", status.epochs_done)});
  table.AddRow({"elapsed", DurationText(status.elapsed_seconds)});
  table.AddRow({"best", BestLine(status)});
  std::string text = table.Text();
  if (!status.running.empty()) text += '\n' + RunningTable(status);
  if (!status.failed.empty()) text += '\n' + FailedTable(status);
  return text;
}

std::string StatusJson(const Store& store) {
  const Status status(store);
  const SweepRecord& sweep = status.ranked.Sweep();
  Json best = nullptr;
  if (const Placed* placed = status.Best()) {
    best = {{"place", placed->place}, {"value", OrNull(placed->value)}};
    best.update(ToJson(status.ranked.At(*placed)));
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
  return Print({{"name", sweep.name},
                {"created_at", sweep.created_at},
                {"version", sweep.version},
                {"engine", sweep.engine},
                {"metric", sweep.objective.metric},
                {"mode", sweep.objective.mode},
                {"scope", sweep.objective.scope},
                {"trials", status.ranked.Trials().size()},
                {"states", status.states},
                {"diverged", status.diverged},
                {"epochs_done", status.epochs_done},
                {"elapsed_seconds", status.elapsed_seconds},
                {"best", std::move(best)},
                {"running", std::move(running)},
                {"failed", std::move(failed)}});
}

}  // namespace lrsweep
