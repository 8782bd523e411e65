// A race over the seeds of all points of a search space, without a pruner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sweep/search/search_plan.h"
#include "sweep/search/search_space.h"
#include "sweep/search/seed_race.h"

namespace lrsweep {

/// The rules of the configuration's race, which is there, over the seeds of these points. Throws
/// ConfigError where there are too few seeds for any decision, where a point has other seeds than
/// the axis, so that nothing could be paired, and where trials would wait at a rung for ever.
RaceRules RaceRulesOf(const SweepConfig& config, const std::vector<SpacePoint>& points);

/// A trial's number is its index in the space: the number that it has without a race.
class RacePlan : public SearchPlan {
 public:
  /// The configuration of `space`, which must outlive the plan, has a race.
  explicit RacePlan(const SearchSpace& space);

  Step Begin() override;
  Step OnValue(int64_t number, const std::optional<double>& value) override;
  Trial TrialAt(int64_t number) const override;

  /// The numbers of the trials that Begin decides, in its order, without creating them: of a large
  /// race that takes long.
  std::vector<int64_t> FirstNumbers() const;

 private:
  void HandOut(const std::vector<SeedRace::Turn>& turns, Step& step) const;

  const SearchSpace& space_;
  const std::vector<SpacePoint> points_;
  std::vector<SeedRace::Turn> turn_of_;  // by number
  SeedRace race_;
};

}  // namespace lrsweep
