#include "sweep/search/tpe/tpe_sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sweep/search/random_bits.h"
#include "sweep/search/rungs.h"

namespace lrsweep {
namespace {

constexpr size_t kMostBest = 25;

}  // namespace

TpeSampler::TpeSampler(std::vector<ParzenDimension> dimensions, uint64_t key, bool more_is_better)
    : dimensions_(std::move(dimensions)), key_(key), more_is_better_(more_is_better) {}

std::vector<bool> TpeSampler::Best(const std::vector<std::optional<double>>& values) const {
  const std::vector<size_t> places = PlacesOf(values, more_is_better_);
  const size_t best = std::min((values.size() + 9) / 10, kMostBest);
  std::vector<bool> is_best;
  for (size_t i = 0; i < values.size(); ++i) is_best.push_back(places[i] < best && values[i]);
  return is_best;
}

std::vector<ParzenPoint> TpeSampler::Propose(const std::vector<ParzenPoint>& points,
                                             const std::vector<std::optional<double>>& values,
                                             uint64_t number) const {
  const std::vector<bool> is_best = Best(values);
  std::vector<ParzenPoint> best, others;
  for (size_t i = 0; i < points.size(); ++i) {
    (i < is_best.size() && is_best[i] ? best : others).push_back(points[i]);
  }
  const ParzenEstimator of_best(dimensions_, best);
  const ParzenEstimator of_others(dimensions_, others);
  uint64_t drawn = number * kCandidates * (dimensions_.size() + 1);
  const auto fraction = [this, &drawn] {
    return static_cast<double>(RandomBits(key_, drawn++) >> 11) * 0x1p-53;
  };
  std::vector<ParzenPoint> candidates;
  for (size_t i = 0; i < kCandidates; ++i) candidates.push_back(of_best.Draw(fraction));
  std::vector<double> gains = of_best.LogDensities(candidates);
  const std::vector<double> log_others = of_others.LogDensities(candidates);
  for (size_t i = 0; i < kCandidates; ++i) {
    gains[i] -= log_others[i];
    if (std::isnan(gains[i])) gains[i] = -INFINITY;
  }
  std::vector<size_t> order(kCandidates);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&gains](size_t a, size_t b) { return gains[a] > gains[b]; });
  std::vector<ParzenPoint> ordered;
  for (const size_t index : order) ordered.push_back(std::move(candidates[index]));
  return ordered;
}

}  // namespace lrsweep
