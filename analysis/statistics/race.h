// A race: which of several groups may still be the best, decided anew after every seed, so that
// groups that are behind beyond doubt get no more of them. Pure functions; thread-safe.
//
// Every group has one value a seed, in the same order of seeds: values of a seed are paired (equal
// initial weights, equal batches). After the third round and every later one the group of the
// greatest mean is compared with each other one by the mean of their paired differences, and those
// leave whose one-sided p, by Student's t, is below
//     (1 - confidence) / (decisions of the whole race) / (groups that are still there).
// So Bonferroni's correction covers the comparisons, whichever group leads, and the repeated looks.
//
// After few rounds a pair's own variance s^2 is worthless. It is moderated as in limma (G. K.
// Smyth, Stat. Appl. Genet. Mol. Biol. 3, 2004, article 3): a prior, fitted to the variances of all
// pairs, has d0 degrees of freedom and the variance s0^2, and the t test takes
//     (d0 s0^2 + d s^2) / (d0 + d)    with d0 + d degrees of freedom, d = rounds - 1,
// but at least s^2: where variances differ, a group that scatters more than the prior knows would
// be dropped too easily. benchmarks/race.cc measures how often the best group is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lrsweep {

/// The first round after which groups may leave. With two values a pair's variance says
/// so little that the best group was dropped too often where variances differ (up to 14% at 95%).
inline constexpr int64_t kFirstRaceDecision = 3;

struct RaceRules {
  int64_t rounds = 0;        // of the whole race: the seeds that there are
  double confidence = 0.95;  // that the best group is not dropped; in (0.5, 1)
};

struct RaceState {
  int64_t rounds = 0;  // decided: every group that was still there has a value in each of them
  /// For each group the round after which it left; 0: it remains.
  std::vector<int64_t> left_after;

  std::vector<size_t> Remaining() const;
  bool IsOver(const RaceRules& rules) const;
};

/// Follows a race over `values[group][round]`, where greater is better, as far as there are values.
/// A value that is not finite (diverged, failed) is the worst: a group that has one leaves after
/// any round after which another one has none, as the ranking puts it behind that one. Rounds that
/// a group has beyond its leaving, or beyond `rules.rounds`, are ignored. Throws
/// std::invalid_argument for a confidence outside (0.5, 1) and for fewer than kFirstRaceDecision
/// rounds.
RaceState FollowRace(std::span<const std::vector<double>> values, const RaceRules& rules);

/// The distribution of variances: inverse chi-squared of that scale and so many degrees of freedom
/// (infinite where the variances scatter no more than equal ones do).
struct VariancePrior {
  double variance = 0;
  double degrees = 0;
};

/// Fits the prior to sample variances of `degrees` degrees of freedom each, by the moments of their
/// logarithms (limma's fitFDist); variances below 1e-5 of their median count as that. Without a
/// positive median, and of fewer than two, nothing is known: 0 degrees.
VariancePrior FitVariancePrior(std::span<const double> variances, int64_t degrees);

}  // namespace lrsweep
