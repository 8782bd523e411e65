#include "results/top.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/json_rows.h"
#include "results/lr_finder.h"
#include "results/ranked_sweep.h"
#include "results/table.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

RankedSweep Ranked(const Store& store, const TopOptions& options) {
  return RankedSweep(store, options.metric, options.mode, options.scope);
}

size_t RowCount(const RankedSweep& ranked, const TopOptions& options) {
  const size_t all = ranked.Ranking().size();
  return options.limit == 0 ? all : std::min(all, options.limit);
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

std::string Rows(const RankedSweep& ranked, size_t count) {
  Table table({{"place", Align::kRight},
               {"trial_id", Align::kLeft},
               {ranked.By().metric, Align::kRight},
               {"epochs", Align::kRight},
               {"state", Align::kLeft},
               {"scheduler", Align::kLeft},
               {"parameters", Align::kLeft}});
  for (size_t i = 0; i < count; ++i) {
    const Placed& placed = ranked.Ranking()[i];
    const TrialRow& trial = ranked.At(placed);
    table.AddRow({std::to_string(placed.place), trial.trial_id, MetricText(placed.value),
                  std::to_string(trial.epochs_done), trial.state, trial.scheduler,
                  ranked.Label(trial)});
  }
  return table.Text();
}

}  // namespace

std::string TopText(const Store& store, const TopOptions& options) {
  const RankedSweep ranked = Ranked(store, options);
  const size_t all = ranked.Ranking().size();
  const size_t shown = RowCount(ranked, options);
  std::string text = Title(ranked);
  text += all == 0 ? "No trial has finished yet.\n" : Rows(ranked, shown);
  if (shown < all) text += fmt::format("... and {} more\n", all - shown);

  for (size_t i = 0; i < shown; ++i) {
    const TrialRow& trial = ranked.At(ranked.Ranking()[i]);
    if (!IsRangeTest(trial)) continue;
    text += fmt::format("range test {}: {}\n", trial.trial_id, Describe(RangeTestOf(store, trial)));
  }
  std::map<std::string, int64_t> others = ranked.CountByState();
  for (const Placed& placed : ranked.Ranking()) --others[ranked.At(placed).state];
  const std::string rest =
      CountsText(others, {"failed", "stopped", "running", "pending", "completed"});
  if (!rest.empty()) text += fmt::format("Not ranked: {}.\n", rest);
  return text;
}

std::string TopJson(const Store& store, const TopOptions& options) {
  const RankedSweep ranked = Ranked(store, options);
  Json rows = Json::array();
  for (size_t i = 0; i < RowCount(ranked, options); ++i) {
    const Placed& placed = ranked.Ranking()[i];
    Json row = {{"place", placed.place}, {"value", OrNull(placed.value)}};
    row.update(ToJson(ranked.At(placed)));
    const TrialRow& trial = ranked.At(placed);
    if (IsRangeTest(trial)) row["range_test"] = ToJson(RangeTestOf(store, trial));
    rows.push_back(std::move(row));
  }
  return Print({{"name", ranked.Sweep().name},
                {"metric", ranked.By().metric},
                {"mode", ranked.By().mode},
                {"scope", ranked.By().scope},
                {"validation_images", OrNull(ranked.HeldBack())},
                {"trials", ranked.Trials().size()},
                {"states", ranked.CountByState()},
                {"ranked", ranked.Ranking().size()},
                {"ranking", std::move(rows)}});
}

}  // namespace lrsweep
