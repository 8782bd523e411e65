// Successive halving and Hyperband over the points of a search space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/search/rungs.h"
#include "sweep/search/search_plan.h"
#include "sweep/search/search_space.h"
#include "sweep/search/seed_race.h"

namespace lrsweep {

/// The trial with `epochs` as its length, and the ids that follow: horizons that are written as
/// `run` or as shares shrink with it, since they stay as they are written.
Trial Shortened(Trial trial, int64_t epochs);

/// Trains every point of a bracket on its first rung, and then the best ones on the next, whose
/// budget is larger. A rung is decided when all its trials have ended: by the mean over the first
/// `rung_seeds` seeds, equal means in the order of the space. The last rung trains every seed; or
/// those of all brackets together race over the seeds.
class HalvingPlan : public SearchPlan {
 public:
  /// The configuration of `space`, which must outlive the plan, has a pruner.
  explicit HalvingPlan(const SearchSpace& space);

  Step Begin() override;
  Step OnValue(int64_t number, const std::optional<double>& value) override;
  ToCome StillToCome() const override;
  Trial TrialAt(int64_t number) const override;

  /// The numbers of the trials that Begin decides, in its order, without creating them: of a large
  /// search that takes long.
  std::vector<int64_t> FirstNumbers() const;
  /// What is granted to the trial of a number.
  struct Grant {
    size_t index = 0;  // in the space, of the full-length trial
    int64_t budget = 0;
    bool is_shortened = false;  // to the budget; else it is held there
  };
  Grant GrantOf(int64_t number) const;

  const std::vector<Bracket>& brackets() const { return brackets_; }
  const std::vector<SpacePoint>& points() const { return points_; }
  bool IsTruncated() const { return pruner_.is_truncated; }
  /// The seeds of each point on a rung of the bracket; of a race those that each gets in any case.
  size_t SeedsAt(const Bracket& bracket, const Rung& rung) const;
  /// The most that one gets: on the last rung more, where points race.
  size_t MostSeedsAt(const Bracket& bracket, const Rung& rung) const;

 private:
  /// A trial of a bracket: which of its rungs, points and seeds.
  struct Place {
    size_t bracket = 0, rung = 0, point = 0, seed = 0;
  };
  /// Where a bracket is.
  struct Progress {
    size_t rung = 0;             // index in its rungs
    std::vector<size_t> points;  // those on it, as indices in its points, ascending
    std::vector<std::vector<std::optional<double>>> values;  // of each, by seed
    size_t missing = 0;                                      // values that are not there yet
    int64_t first_number = 0;                                // of the bracket: see NumberOf
    size_t first_group = 0;                                  // in the race, of its last rung
  };
  /// A group of the race: a point on the last rung of a bracket.
  struct Finalist {
    size_t bracket = 0, point = 0;
  };

  int64_t NumberOf(const Place& place) const;
  Place PlaceOfNumber(int64_t number) const;
  Grant GrantOf(const Place& place) const;
  Trial TrialOf(const Place& place) const;
  void Enter(size_t bracket, size_t rung, std::vector<size_t> points, Step& step);
  Step Complete(size_t bracket);
  void Race(const std::vector<SeedRace::Turn>& turns, Step& step);
  void Decide(const Place& place, Step& step) const;
  void Leave(const Place& place, size_t in_order, Step& step) const;

  const SearchSpace& space_;
  const PrunerConfig pruner_;
  std::vector<SpacePoint> points_;
  std::vector<Bracket> brackets_;
  std::vector<Progress> progress_;   // by bracket
  size_t seeds_ = 0;                 // of each point
  std::vector<Finalist> finalists_;  // by group of the race
  std::optional<SeedRace> race_;     // of the last rungs
};

}  // namespace lrsweep
