#include "analysis/statistics/paired.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>

namespace lrsweep {
namespace {

constexpr int64_t kResamples = 10'000;
constexpr int64_t kMostPairs = 1'000;
constexpr double kPower = 0.8;

/// Always used with its default seed. The C++ standard fixes its numbers, but not what the standard
/// distributions make of them.
using Generator = std::mt19937_64;

/// Draws a number below `end` (of at most 32 bits). Its bias is at most end / 2^32.
size_t DrawBelow(uint64_t end, Generator& generator) { return (generator() >> 32) * end >> 32; }

/// Sums magnitudes under any choice of their signs. Tables hold the sums of every eight magnitudes
/// under all 256 choices, so that a sum takes an eighth of the additions.
class SignedSums {
 public:
  explicit SignedSums(const std::vector<double>& magnitudes)
      : tables_((magnitudes.size() + 7) / 8) {
    for (size_t i = 0; i < magnitudes.size(); ++i) {
      for (size_t signs = 0; signs < 256; ++signs) {
        const bool negative = (signs >> i % 8 & 1) != 0;
        tables_[i / 8][signs] += negative ? -magnitudes[i] : magnitudes[i];
      }
    }
  }

  /// A set bit makes its magnitude negative; a word has the bits of 64 magnitudes.
  double Sum(const std::vector<uint64_t>& signs) const {
    double sum = 0;
    for (size_t i = 0; i < tables_.size(); ++i) {
      sum += tables_[i][signs[i / 8] >> i % 8 * 8 & 255];
    }
    return sum;
  }

  size_t Words() const { return (tables_.size() + 7) / 8; }

 private:
  std::vector<std::array<double, 256>> tables_;
};

double SignFlipP(std::span<const double> differences) {
  std::vector<double> magnitudes;
  magnitudes.reserve(differences.size());
  for (const double difference : differences) magnitudes.push_back(std::abs(difference));
  std::sort(magnitudes.begin(), magnitudes.end());
  const double whole = std::accumulate(magnitudes.begin(), magnitudes.end(), 0.0);
  const double observed = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0));
  const double least = observed - kTieTolerance * whole;

  const SignedSums sums(magnitudes);
  std::vector<uint64_t> signs(sums.Words());
  const auto is_extreme = [&] { return std::abs(sums.Sum(signs)) >= least; };
  const bool exact = differences.size() <= kExactPairs;
  // Where all flips are tried, the last sign is kept: flipping all signs does not change |sum|.
  const int64_t flips = exact ? int64_t{1} << (differences.size() - 1) : kDrawnFlips;
  int64_t extreme = 1;  // none flipped, as observed or as all positive: no |sum| is greater
  Generator generator;
  for (int64_t i = 1; i < flips; ++i) {
    if (exact) {
      signs[0] = static_cast<uint64_t>(i);
    } else {
      for (uint64_t& word : signs) word = generator();
    }
    if (is_extreme()) ++extreme;
  }
  return static_cast<double>(extreme) / static_cast<double>(flips);
}

/// The 95% interval of the mean: from the 250th to the 9,751st of 10,000 resampled means.
Interval Bootstrap(std::span<const double> values) {
  Generator generator;
  std::vector<double> means(kResamples);
  for (double& mean : means) {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) sum += values[DrawBelow(values.size(), generator)];
    mean = sum / static_cast<double>(values.size());
  }
  std::sort(means.begin(), means.end());
  constexpr size_t kCut = kResamples / 40;
  return {means[kCut - 1], means[kResamples - kCut]};
}

/// Bonferroni's level for each of several comparisons, which is Holm's for the smallest p.
double LevelOfOne(double alpha, int64_t comparisons) {
  if (!(alpha > 0 && alpha < 1)) throw std::invalid_argument("a level lies between 0 and 1");
  if (comparisons < 1) throw std::invalid_argument("at least one comparison");
  return alpha / static_cast<double>(comparisons);
}

double SmallestP(int64_t pairs) {
  if (pairs > kExactPairs) return 1 / static_cast<double>(kDrawnFlips);
  return std::ldexp(1.0, 1 - static_cast<int>(pairs));
}

}  // namespace

PairedComparison ComparePaired(std::span<const double> differences) {
  if (differences.empty()) throw std::invalid_argument("no pairs to compare");
  std::vector<double> sorted(differences.begin(), differences.end());
  std::sort(sorted.begin(), sorted.end());
  PairedComparison comparison;
  comparison.pairs = static_cast<int64_t>(sorted.size());
  comparison.mean = Summarize(sorted).mean;
  if (comparison.pairs > 1) comparison.interval95 = Bootstrap(sorted);
  comparison.p = SignFlipP(sorted);
  comparison.smallest_p = SmallestP(comparison.pairs);
  return comparison;
}

std::vector<double> HolmAdjusted(std::span<const double> p) {
  std::vector<size_t> ascending(p.size());
  std::iota(ascending.begin(), ascending.end(), size_t{0});
  std::sort(ascending.begin(), ascending.end(), [p](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double greatest = 0;
  for (size_t i = 0; i < ascending.size(); ++i) {
    const double corrected = p[ascending[i]] * static_cast<double>(p.size() - i);
    greatest = std::max(greatest, std::min(corrected, 1.0));
    adjusted[ascending[i]] = greatest;
  }
  return adjusted;
}

int64_t FewestPairs(double alpha, int64_t comparisons) {
  const double level = LevelOfOne(alpha, comparisons);
  int64_t pairs = 1;
  while (std::ldexp(1.0, 1 - static_cast<int>(pairs)) > level) ++pairs;
  return pairs;
}

std::optional<int64_t> PairsNeeded(double mean, double sd, double alpha, int64_t comparisons) {
  const double level = LevelOfOne(alpha, comparisons);
  if (mean == 0) return std::nullopt;
  const auto shows = [&](int64_t pairs) {
    const double reach =
        StudentQuantile(1 - level, pairs - 1) + StudentQuantile(2 * kPower - 1, pairs - 1);
    return std::abs(mean) * std::sqrt(static_cast<double>(pairs)) >= reach * sd;
  };
  int64_t least = std::max<int64_t>(FewestPairs(alpha, comparisons), 2);
  int64_t end = kMostPairs + 1;
  while (least < end) {
    const int64_t middle = std::midpoint(least, end);
    if (shows(middle)) {
      end = middle;
    } else {
      least = middle + 1;
    }
  }
  if (least > kMostPairs) return std::nullopt;
  return least;
}

}  // namespace lrsweep
