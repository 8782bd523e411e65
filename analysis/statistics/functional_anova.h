// Which parameters matter: the share of a metric's variance that each explains over a grid
// (functional ANOVA: Hutter, Hoos, Leyton-Brown, "An Efficient Approach for Assessing
// Hyperparameter Importance", ICML 2014, here exact on the grid itself instead of a fitted forest),
// and what each of their values gives on the average. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/statistics/summary.h"

namespace lrsweep {

/// One trial's point: under the name of each parameter that it has, its value as text. A parameter
/// that only some types have (a schedule's) is nested within these: the others lack it. So is one
/// that all have and none of whose values is common to all: `gamma` means another thing in StepLR
/// than in ExponentialLR.
struct GridPoint {
  std::string type;                                             // the scheduler's
  std::vector<std::pair<std::string, std::string>> parameters;  // sorted by name; seed left out
  double value = 0;                                             // the metric, finite
};

struct LevelEffect {
  std::string value;
  Summary summary;  // of all points with it
};

/// A parameter that varies; those that do not are left out.
struct ParameterImportance {
  std::string name;    // "type" is the type itself
  std::string within;  // the type that it is nested in; empty: all types have it
  /// Of the variance of all points' values, 0 to 1: the parameter's main effect. For a nested one
  /// the variance within its type, weighted by the type's share of the points.
  double share = 0;
  std::vector<LevelEffect> levels;  // numbers ascending, then texts
};

/// On a complete grid the shares of the parameters, `interactions` and `repetitions` sum to 1. On
/// another the shares are of the means of what is there, and may overlap: what is missing for one
/// parameter's value can look like that value's effect.
struct Importance {
  double variance = 0;  // of all values, population; 0: nothing to explain, and all shares are 0
  std::vector<ParameterImportance> parameters;  // greatest share first
  /// Share of the groups' means that main effects leave; without repetitions luck is in it too.
  double interactions = 0;
  double repetitions = 0;  // share within repetitions (seeds): luck
  bool complete = true;    // every combination is there, equally often
  std::string missing;     // if not: what is missing first, as a sentence without a full stop
};

/// Of at least two points, else std::invalid_argument.
Importance ExplainVariance(const std::vector<GridPoint>& points);

}  // namespace lrsweep
