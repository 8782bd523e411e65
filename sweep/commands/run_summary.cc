#include "sweep/commands/run_summary.h"

#include <fmt/format.h>

#include "params/text.h"
#include "sweep/config/trial_text.h"
#include "views/metric_text.h"
#include "views/work_text.h"

namespace lrsweep {
namespace {

/// "2 of 3 trials completed in 1.5 s, 1 diverged (1 had ended before)".
std::string CountsLine(const SweepState& state) {
  std::string text = fmt::format("{}: {} of {} completed in {:.1f} s", state.name, state.completed,
                                 Counted(state.trials, "trial"), state.ElapsedSeconds());
  const int64_t stopped_early = state.stopped - state.diverged;
  if (state.diverged > 0) text += fmt::format(", {} diverged", state.diverged);
  if (stopped_early > 0) text += fmt::format(", {} stopped early", stopped_early);
  if (state.failed > 0) text += fmt::format(", {} failed", state.failed);
  if (state.ended_before > 0) text += fmt::format(" ({} had ended before)", state.ended_before);
  return text;
}

/// The best trial, or why there is none.
std::string BestLine(const SweepState& state, bool with_epochs) {
  if (state.best) return "best: " + BestText(state, with_epochs) + '\n';
  if (state.Ended() == 0) return "";
  if (state.diverged == state.Ended()) {
    return fmt::format(
        "no trial is the best: {} diverged, a loss or metric became NaN or infinite\n",
        state.diverged == 1 ? "the one that ended" : "every trial that ended");
  }
  if (state.completed == 0) return "no trial is the best: none completed\n";
  return fmt::format("no trial is the best: none has a value of {}\n", state.objective.metric);
}

}  // namespace

std::string BestText(const SweepState& state, bool with_epochs) {
  const BestTrial& best = state.best.value();
  const std::string& metric = state.objective.metric;
  return fmt::format("{}  {} {}{}  {}{}", best.trial.id, metric, NumberText(metric, best.value),
                     BudgetText(best.budget), ShortText(best.trial, with_epochs),
                     TiedText(best.tied, "trial", "value"));
}

std::string SummaryText(const SweepState& state, const WorkDone& work, const std::string& program,
                        const std::string& db, bool with_epochs) {
  std::string trained = WorkText(work);
  if (!trained.empty()) trained += '\n';
  return fmt::format("{}; the database is {}\n{}{}the ranking: {} top {}\n", CountsLine(state), db,
                     trained, BestLine(state, with_epochs), ShellPath(program), ShellPath(db));
}

std::string InterruptedText(const SweepState& state, const std::string& db) {
  return fmt::format(
      "interrupted: {} of {} ended; {} keeps them and the epochs of the others: the same command "
      "continues it",
      state.Ended(), Counted(state.trials, "trial"), db);
}

}  // namespace lrsweep
