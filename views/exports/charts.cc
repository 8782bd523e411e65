#include "views/exports/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "params/text.h"
#include "views/exports/output.h"

namespace lrsweep {

std::vector<Chart> DrawCharts(const Store& store, const Objective& objective,
                              const std::function<bool()>& interrupted) {
  ChartInput input{store, store.Sweep().name, objective,
                   OfHighestBudget(RankGroups(store, objective))};
  if (!input.groups.empty() && input.groups.front().budget > 0) {
    input.sweep += fmt::format(" ({})", Counted(input.groups.front().budget, "epoch"));
  }
  input.check_interrupt = [&interrupted] { StopIf(interrupted); };
  const auto has_value = [](const RankedGroup& group) { return group.summary.has_value(); };
  if (input.groups.empty()) {
    throw ExportError("no trial has finished yet: there is nothing to draw");
  }
  if (std::none_of(input.groups.begin(), input.groups.end(), has_value)) {
    throw ExportError(
        fmt::format("no trial has a value of {}: there is nothing to draw", objective.metric));
  }
  std::vector<Chart> charts;
  UniqueNames names;
  for (const auto draw :
       {DrawSchedules, DrawCurves, DrawByLearningRate, DrawAxes, DrawConvergence}) {
    std::vector<Chart> some = draw(input);
    for (Chart& chart : some) {
      chart.name = names.Add(chart.name);  // "val/loss" and "val_loss" are both "val_loss"
      charts.push_back(std::move(chart));
    }
  }
  return charts;
}

}  // namespace lrsweep
