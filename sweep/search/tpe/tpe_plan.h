// A search by TPE, in rounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sweep/search/search_plan.h"
#include "sweep/search/search_space.h"
#include "sweep/search/tpe/tpe_entry.h"

namespace lrsweep {

/// Proposes the points of each scheduler entry with each optimizer entry in rounds of
/// `search.batch`, in all entries together. A round is proposed from the values of all rounds but
/// the one before it: while that one is trained, workers have the next. The first rounds, which are
/// random, are decided at the beginning. Every point is trained with every seed and every value of
/// a grid; its value is the best one of its grid values' means over the seeds.
///
/// A trial's number is its place in the order in which trials are decided: rounds, entries, points.
class TpePlan : public SearchPlan {
 public:
  /// The configuration of `space`, which must outlive the plan, has the sampler `tpe`. The space
  /// has as many points as the search, all of them random.
  explicit TpePlan(const SearchSpace& space);

  Step Begin() override;
  Step OnValue(int64_t number, const std::optional<double>& value) override;
  ToCome StillToCome() const override { return to_come_[next_round_]; }
  Trial TrialAt(int64_t number) const override;

  /// Rounds that are random, as far as there are points.
  size_t random_rounds() const;
  size_t rounds() const { return missing_.size(); }

 private:
  /// A trial: whose it is, and in which round it was decided.
  struct Given {
    size_t entry = 0;
    FoundTrial found;
    size_t round = 0;
    std::optional<double> value{};
  };
  /// Numbers of the trials of one point, by group: those that differ in the seed alone.
  using Groups = std::vector<std::vector<int64_t>>;

  size_t KnownPoints(size_t round) const;
  bool CanDecide() const;
  void DecideRounds(Step& step);
  void DecidePoint(size_t entry, const std::vector<std::optional<double>>& values, Step& step);
  std::optional<double> ValueOf(const Groups& groups) const;
  void CountToCome();

  const SearchSpace& space_;
  size_t batch_;
  std::deque<TpeEntry> entries_;
  std::vector<std::vector<Groups>> points_;        // of each entry
  std::vector<Given> given_;                       // by number
  std::unordered_map<uint64_t, int64_t> numbers_;  // by the trial's id
  std::vector<int64_t> missing_;                   // values of each round's trials
  std::vector<ToCome> to_come_;                    // in each round and those after it
  size_t next_round_ = 0;
  size_t complete_ = 0;  // rounds, from the first one
};

}  // namespace lrsweep
