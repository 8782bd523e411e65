// The rungs of successive halving and of Hyperband: budgets, numbers of points, and which points go
// on. Pure; thread-safe.
//
// Sources: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
// Optimization" (AISTATS 2016); Li et al., "Hyperband" (JMLR 18:185).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lrsweep {

/// Epochs, and how many points get them.
struct Rung {
  int64_t rung = 0;  // from 0, the least budget of all brackets
  int64_t budget = 0;
  int64_t points = 0;

  bool operator==(const Rung&) const = default;
};

/// Points that compete with one another: each rung keeps the best of the one before.
struct Bracket {
  int64_t bracket = 0;         // from 0, the one that begins with the least budget
  std::vector<size_t> points;  // indices, ascending
  std::vector<Rung> rungs;     // the least budget first; the last one is the whole run
};

/// The budgets of the rungs, the least first: epochs, epochs / factor, epochs / factor², ...,
/// rounded down, as far as they are at least `grace_period`.
std::vector<int64_t> Budgets(int64_t epochs, int64_t grace_period, int64_t factor);

/// The rungs of `points` points from rung `first` of `budgets` on: each keeps 1 / factor of the
/// points, rounded down, but at least one. A rung with one point decides nothing: such a point goes
/// to the last one at once.
std::vector<Rung> RungsOf(int64_t points, const std::vector<int64_t>& budgets, size_t first,
                          int64_t factor);

/// Divides points among brackets, of which the first begins with the least budget, the next one
/// with the second, and so on. Bracket sizes are in Hyperband's proportions, so that brackets take
/// about the same number of epochs. Which point is where follows from the order of their `ids`,
/// which are hashes: so each bracket has points from everywhere in the space. A bracket without a
/// point is left out.
std::vector<Bracket> DivideIntoBrackets(const std::vector<std::string>& ids,
                                        const std::vector<int64_t>& budgets, int64_t factor,
                                        int64_t brackets);

/// The mean of a point's values; none where one of them is missing, since that trial failed,
/// diverged, or never reached a threshold. Rounded to 12 decimals, so that equal means are equal
/// whatever the order of summation.
std::optional<double> MeanOfSeeds(const std::vector<std::optional<double>>& values);

/// The places of `values`, from 0: the best first, none after all values, equal ones in order.
/// `more_is_better`: as the objective's mode.
std::vector<size_t> PlacesOf(const std::vector<std::optional<double>>& values, bool more_is_better);

}  // namespace lrsweep
