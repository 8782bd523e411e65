#include "sweep/search/race_plan.h"

#include <algorithm>
#include <utility>

#include "params/text.h"

namespace lrsweep {

RaceRules RaceRulesOf(const SweepConfig& config, const std::vector<SpacePoint>& points) {
  const RaceConfig& race = config.race.value();
  const auto axis = std::find_if(config.axes.begin(), config.axes.end(),
                                 [](const Axis& one) { return one.path == "training.seed"; });
  const size_t seeds = axis == config.axes.end() ? 1 : axis->values.size();
  if (seeds < static_cast<size_t>(kFirstRaceDecision)) {
    throw ConfigError(race.at, "replicate.race: groups may leave after their third seed, and " +
                                   std::string(seeds == 1 ? "there is one" : "there are two") +
                                   ": write training: {seed: {grid: [0, 1, 2, ...]}}");
  }
  for (const SpacePoint& point : points) {
    if (point.trials.size() == seeds) continue;
    throw ConfigError(race.at, "replicate.race: every point needs all " + Counted(seeds, "seed") +
                                   " of training.seed, so that seeds are paired; point " +
                                   point.id + " has " + std::to_string(point.trials.size()));
  }
  const bool is_truncated = config.pruner && config.pruner->is_truncated;
  if (is_truncated && config.pruner->rung_seeds > kFirstRaceDecision) {
    throw ConfigError(config.pruner->at,
                      "pruner.rung_seeds: with a race truncated rungs have at most " +
                          std::to_string(kFirstRaceDecision) +
                          ": the race may never ask for more of the trials that wait at a rung");
  }
  return {.rounds = static_cast<int64_t>(seeds), .confidence = race.confidence};
}

RacePlan::RacePlan(const SearchSpace& space)
    : space_(space),
      points_(space.Points()),
      turn_of_(space.size()),
      race_(RaceRulesOf(space.config(), points_), points_.size(),
            space.config().objective.mode == "max") {
  for (size_t group = 0; group < points_.size(); ++group) {
    for (size_t seed = 0; seed < points_[group].trials.size(); ++seed) {
      turn_of_[points_[group].trials[seed]] = {group, seed};
    }
  }
}

void RacePlan::HandOut(const std::vector<SeedRace::Turn>& turns, Step& step) const {
  for (const auto& [group, seed] : turns) {
    const size_t index = points_[group].trials[seed];
    step.trials.push_back(
        {.trial = space_.At(index), .number = static_cast<int64_t>(index), .point = ""});
  }
}

SearchPlan::Step RacePlan::Begin() {
  Step step;
  for (size_t group = 0; group < points_.size(); ++group) HandOut(race_.Enter(group), step);
  return step;
}

SearchPlan::Step RacePlan::OnValue(int64_t number, const std::optional<double>& value) {
  Step step;
  HandOut(race_.OnValue(turn_of_.at(static_cast<size_t>(number)), value), step);
  for (const size_t group : race_.TakeLeft()) step.dropped.push_back(points_[group].id);
  return step;
}

Trial RacePlan::TrialAt(int64_t number) const { return space_.At(static_cast<size_t>(number)); }

std::vector<int64_t> RacePlan::FirstNumbers() const {
  std::vector<int64_t> numbers;
  for (const SpacePoint& point : points_) {
    for (size_t seed = 0; seed < static_cast<size_t>(kFirstRaceDecision); ++seed) {
      numbers.push_back(static_cast<int64_t>(point.trials[seed]));
    }
  }
  return numbers;
}

}  // namespace lrsweep
