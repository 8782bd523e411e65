#include "views/exports/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "views/exports/output.h"

namespace lrsweep {

std::vector<Chart> DrawCharts(const Store& store, const Objective& objective,
                              const std::function<bool()>& interrupted) {
  ChartInput input{store, store.Sweep().name, objective, RankGroups(store, objective)};
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
  for (const auto draw :
       {DrawSchedules, DrawCurves, DrawByLearningRate, DrawAxes, DrawConvergence}) {
    std::vector<Chart> some = draw(input);
    std::move(some.begin(), some.end(), std::back_inserter(charts));
  }
  return charts;
}

}  // namespace lrsweep
