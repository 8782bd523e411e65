#include "analysis/statistics/race.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "analysis/statistics/summary.h"

namespace lrsweep {
namespace {

/// Of more groups, so many, spread evenly, give the pairs to which the prior is fitted.
constexpr size_t kPriorGroups = 50;

/// The least standard error, as a share of the values: what is computed in another order, and equal
/// but for its rounding, ties.
constexpr double kRounding = 1e-12;

/// More degrees of freedom than this make no difference to Student's t.
constexpr double kNormal = 1e6;

/// The x with trigamma(x) = y, by Newton's method on 1 / trigamma, as limma's trigammaInverse.
double TrigammaInverse(double y) {
  if (y > 1e7) return 1 / std::sqrt(y);
  if (y < 1e-6) return 1 / y;
  double x = 0.5 + 1 / y;
  for (int i = 0; i < 50; ++i) {
    const double value = boost::math::trigamma(x);
    const double step = value * (1 - value / y) / boost::math::polygamma(2, x);
    x += step;
    if (-step / x < 1e-8) break;
  }
  return x;
}

double TailOfStudent(double t, double degrees) {
  const boost::math::students_t student(std::min(degrees, kNormal));
  return boost::math::cdf(boost::math::complement(student, t));
}

/// One decision: the groups of the race, of which each has at least `rounds` values.
class Round {
 public:
  Round(std::span<const std::vector<double>> values, std::vector<size_t> groups, int64_t rounds)
      : values_(values), groups_(std::move(groups)), rounds_(static_cast<size_t>(rounds)) {}

  /// Those that are behind the leader, each at this level.
  std::vector<size_t> Behind(double level) const {
    const size_t leader = *std::max_element(groups_.begin(), groups_.end(),
                                            [this](size_t a, size_t b) { return Sum(a) < Sum(b); });
    const auto degrees = static_cast<double>(rounds_ - 1);
    const VariancePrior prior = Prior();
    std::vector<size_t> behind;
    for (const size_t group : groups_) {
      if (group == leader) continue;
      const Difference difference = DifferenceOf(leader, group);
      const double own = difference.variance;
      const double moderated =
          (prior.degrees * prior.variance + degrees * own) / (prior.degrees + degrees);
      const double spread = std::sqrt(std::max(own, moderated) / static_cast<double>(rounds_));
      const double error = std::max(spread, kRounding * std::abs(values_[leader].front()));
      if (!(difference.mean > 0 && error > 0)) continue;
      if (TailOfStudent(difference.mean / error, prior.degrees + degrees) < level) {
        behind.push_back(group);
      }
    }
    return behind;
  }

 private:
  double Sum(size_t group) const {
    return std::accumulate(values_[group].begin(),
                           values_[group].begin() + static_cast<std::ptrdiff_t>(rounds_), 0.0);
  }

  /// Of paired differences.
  struct Difference {
    double mean = 0;
    double variance = 0;
  };

  /// From the first difference on, so that equal ones have no variance.
  Difference DifferenceOf(size_t a, size_t b) const {
    const auto n = static_cast<double>(rounds_);
    const double first = values_[a][0] - values_[b][0];
    double sum = 0;
    for (size_t i = 1; i < rounds_; ++i) sum += values_[a][i] - values_[b][i] - first;
    const double mean = first + sum / n;
    double squares = 0;
    for (size_t i = 0; i < rounds_; ++i) {
      const double off = values_[a][i] - values_[b][i] - mean;
      squares += off * off;
    }
    return {mean, squares / (n - 1)};
  }

  /// The pairs are not independent: together they know no more than the groups' residuals do.
  VariancePrior Prior() const {
    const size_t count = std::min(groups_.size(), kPriorGroups);
    std::vector<double> variances;
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = i + 1; j < count; ++j) {
        variances.push_back(DifferenceOf(Spread(i, count), Spread(j, count)).variance);
      }
    }
    const auto degrees = static_cast<int64_t>(rounds_ - 1);
    VariancePrior prior = FitVariancePrior(variances, degrees);
    const auto others = static_cast<double>(groups_.size() - 2);
    prior.degrees = std::min(prior.degrees, others * static_cast<double>(degrees));
    return prior;
  }

  size_t Spread(size_t i, size_t count) const { return groups_[i * groups_.size() / count]; }

  std::span<const std::vector<double>> values_;
  std::vector<size_t> groups_;
  size_t rounds_;
};

bool IsSound(const std::vector<double>& values, int64_t rounds) {
  return std::all_of(values.begin(), values.begin() + rounds,
                     [](double value) { return std::isfinite(value); });
}

/// The groups that leave after these rounds.
std::vector<size_t> Leaving(std::span<const std::vector<double>> values,
                            const std::vector<size_t>& groups, int64_t rounds,
                            const RaceRules& rules) {
  std::vector<size_t> sound, leaving;
  for (const size_t group : groups) {
    (IsSound(values[group], rounds) ? sound : leaving).push_back(group);
  }
  if (sound.empty()) return {};
  if (sound.size() == 1) return leaving;
  const auto decisions = static_cast<double>(rules.rounds - kFirstRaceDecision + 1);
  const double level = (1 - rules.confidence) / decisions / static_cast<double>(sound.size());
  const std::vector<size_t> behind = Round(values, std::move(sound), rounds).Behind(level);
  leaving.insert(leaving.end(), behind.begin(), behind.end());
  return leaving;
}

}  // namespace

std::vector<size_t> RaceState::Remaining() const {
  std::vector<size_t> remaining;
  for (size_t group = 0; group < left_after.size(); ++group) {
    if (left_after[group] == 0) remaining.push_back(group);
  }
  return remaining;
}

bool RaceState::IsOver(const RaceRules& rules) const {
  return rounds >= rules.rounds || std::count(left_after.begin(), left_after.end(), 0) < 2;
}

RaceState FollowRace(std::span<const std::vector<double>> values, const RaceRules& rules) {
  if (!(rules.confidence > 0.5 && rules.confidence < 1)) {
    throw std::invalid_argument("a race's confidence lies between 0.5 and 1");
  }
  if (rules.rounds < kFirstRaceDecision) {
    throw std::invalid_argument("a race has at least 3 rounds");
  }
  RaceState state{.left_after = std::vector<int64_t>(values.size(), 0)};
  while (!state.IsOver(rules)) {
    const std::vector<size_t> groups = state.Remaining();
    const int64_t round = state.rounds + 1;
    const bool is_complete = std::all_of(groups.begin(), groups.end(), [&](size_t group) {
      return static_cast<int64_t>(values[group].size()) >= round;
    });
    if (!is_complete) break;
    state.rounds = round;
    if (round < kFirstRaceDecision) continue;
    for (const size_t group : Leaving(values, groups, round, rules)) {
      state.left_after[group] = round;
    }
  }
  return state;
}

VariancePrior FitVariancePrior(std::span<const double> variances, int64_t degrees) {
  if (variances.size() < 2) return {};
  std::vector<double> sorted(variances.begin(), variances.end());
  std::sort(sorted.begin(), sorted.end());
  const double median = std::midpoint(sorted[(sorted.size() - 1) / 2], sorted[sorted.size() / 2]);
  if (!(median > 0)) return {};

  const double half = static_cast<double>(degrees) / 2;
  const double shift = std::log(half) - boost::math::digamma(half);
  std::vector<double> logs;
  for (const double variance : sorted) {
    logs.push_back(std::log(std::max(variance, 1e-5 * median)) + shift);
  }
  const Summary summary = Summarize(logs);
  const double excess = std::pow(summary.sd.value_or(0), 2) - boost::math::trigamma(half);
  if (!(excess > 0)) return {std::exp(summary.mean), std::numeric_limits<double>::infinity()};
  const double prior_half = TrigammaInverse(excess);
  const double variance =
      std::exp(summary.mean + boost::math::digamma(prior_half) - std::log(prior_half));
  return {variance, 2 * prior_half};
}

}  // namespace lrsweep
