// The charts of a sweep as pictures of their own: what a paper or a slide takes from the report.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "results/store.h"

namespace lrsweep {

struct Chart {
  std::string name;  // of its file, without what follows the dot
  std::string svg;
};

/// Schedules, curves of the recorded metrics, the objective against the learning rate and for each
/// value of each axis, epochs to a threshold; what needs steps or several values is left out where
/// there are none. `interrupted` is asked now and then; true throws ExportInterrupted. Throws
/// ExportError where no trial has a value.
std::vector<Chart> DrawCharts(const Store& store, const Objective& objective,
                              const std::function<bool()>& interrupted);

/// What the charts are drawn from.
struct ChartInput {
  const Store& store;
  std::string sweep;  // its name
  Objective objective;
  std::vector<RankedGroup> groups;     // in order of place
  std::function<void()> breathe = {};  // throws where the user has interrupted
};

/// The learning rate over the epochs, of the groups in front; none where no epoch is recorded.
std::vector<Chart> DrawSchedules(const ChartInput& input);
/// The recorded metrics over the epochs: of the groups in front the mean of their seeds.
std::vector<Chart> DrawCurves(const ChartInput& input);
/// The objective's value of each trial against the highest learning rate that it applied.
std::vector<Chart> DrawByLearningRate(const ChartInput& input);
/// For each axis the objective's mean for each of its values.
std::vector<Chart> DrawAxes(const ChartInput& input);
/// How many epochs the groups take to a value of the objective's metric that half of them reach.
std::vector<Chart> DrawConvergence(const ChartInput& input);

}  // namespace lrsweep
