#include "views/top.h"

#include <fmt/format.h>

#include "views/json_rows.h"
#include "views/lr_finder.h"
#include "views/metric_text.h"
#include "views/ranked_sweep.h"
#include "views/table.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

RankedSweep Ranked(const Store& store, const TopOptions& options) {
  const SweepRecord sweep = store.Sweep();
  return {store, sweep, ChooseObjective(sweep, options.metric, options.mode, options.scope),
          options.limit};
}

std::string Title(const RankedSweep& ranked) {
  const std::optional<int64_t> held_back = ranked.HeldBack();
  std::string measured = "val_* is measured on the test set";
  if (!held_back) {
    measured = "val_* is measured on different images: the trials differ in dataset.validation";
  } else if (*held_back > 0) {
    measured = fmt::format("val_* is measured on {} held-back training images", *held_back);
  }
  return fmt::format("{}: by {}; {}\n", OneLine(ranked.Sweep().name), Describe(ranked.By()),
                     measured);
}

std::string Rows(const RankedSweep& ranked) {
  Table table({{"place", Align::kRight},
               {"trial_id", Align::kLeft},
               {ranked.By().metric, Align::kRight},
               {"epochs", Align::kRight},
               {"state", Align::kLeft},
               {"scheduler", Align::kLeft},
               {"parameters", Align::kLeft}});
  for (const auto& [placed, trial] : ranked.First()) {
    table.AddRow({std::to_string(placed.place), trial.trial_id,
                  MetricText(ranked.By().metric, placed.value, trial.diverged),
                  std::to_string(trial.epochs_done), trial.state, trial.scheduler,
                  ranked.Label(trial)});
  }
  return table.Text();
}

}  // namespace

std::string TopText(const Store& store, const TopOptions& options) {
  const RankedSweep ranked = Ranked(store, options);
  const int64_t more = ranked.Ranked() - static_cast<int64_t>(ranked.First().size());
  std::string text = Title(ranked);
  text += ranked.Ranked() == 0 ? "No trial has finished yet.\n" : Rows(ranked);
  if (more > 0) text += fmt::format("... and {} more\n", more);

  for (const auto& [placed, trial] : ranked.First()) {
    if (!IsRangeTest(trial)) continue;
    text += fmt::format("range test {}: {}\n", trial.trial_id, Describe(RangeTestOf(store, trial)));
  }
  const std::string rest =
      CountsText(ranked.CountUnranked(), {"failed", "stopped", "running", "pending", "completed"});
  if (!rest.empty()) text += fmt::format("Not ranked: {}.\n", rest);
  return text;
}

std::string TopJson(const Store& store, const TopOptions& options) {
  const RankedSweep ranked = Ranked(store, options);
  Json rows = Json::array();
  for (const auto& [placed, trial] : ranked.First()) {
    Json row = {{"place", placed.place}, {"value", OrNull(placed.value)}};
    row.update(ToJson(trial));
    if (IsRangeTest(trial)) row["range_test"] = ToJson(RangeTestOf(store, trial));
    rows.push_back(std::move(row));
  }
  return Print({{"name", ranked.Sweep().name},
                {"metric", ranked.By().metric},
                {"mode", ranked.By().mode},
                {"scope", ranked.By().scope},
                {"validation_images", OrNull(ranked.HeldBack())},
                {"trials", ranked.Trials()},
                {"states", ranked.CountByState()},
                {"ranked", ranked.Ranked()},
                {"ranking", std::move(rows)}});
}

}  // namespace lrsweep
