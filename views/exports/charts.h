// The charts of a sweep as separate pictures, for papers and slides.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "results/store.h"

namespace lrsweep {

struct Chart {
  std::string name;  // of its file, without the extension
  std::string svg;
};

/// Draws the schedules, the recorded metrics over the epochs, the objective against the learning
/// rate and against each swept parameter, and the epochs to a threshold. Charts for which there is
/// no data are left out. `interrupted` is polled; true throws ExportInterrupted. Throws ExportError
/// where no trial has a value.
std::vector<Chart> DrawCharts(const Store& store, const Objective& objective,
                              const std::function<bool()>& interrupted);

/// The data that the charts are drawn from.
struct ChartInput {
  const Store& store;
  std::string sweep;  // its name, and the groups' budget
  Objective objective;
  std::vector<RankedGroup> groups;             // of the highest budget, in order of place
  std::function<void()> check_interrupt = {};  // throws ExportInterrupted after an interrupt
};

/// The learning rate over the epochs, for the best groups; none where no epoch is recorded.
std::vector<Chart> DrawSchedules(const ChartInput& input);
/// The recorded metrics over the epochs, for the best groups: the mean over their seeds.
std::vector<Chart> DrawCurves(const ChartInput& input);
/// The objective's value of each trial against the highest learning rate that it applied.
std::vector<Chart> DrawByLearningRate(const ChartInput& input);
/// The objective's mean for each value of each swept parameter, a chart for each parameter.
std::vector<Chart> DrawAxes(const ChartInput& input);
/// How many epochs each group takes to reach a value that half of the groups reach.
std::vector<Chart> DrawConvergence(const ChartInput& input);

}  // namespace lrsweep
