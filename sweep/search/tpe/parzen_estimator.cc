#include "sweep/search/tpe/parzen_estimator.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "sweep/search/tpe/portable_math.h"

namespace lrsweep {
namespace {

constexpr double kPriorWeight = 1;
constexpr size_t kFullWeights = 25;  // of so many observations, the newest ones
constexpr double kLogRoot2Pi = 0x1.d67f1c864beb5p-1;

/// 1 for each of the newest 25, and rising in equal steps from 1 / count before.
std::vector<double> WeightsOf(size_t count) {
  std::vector<double> weights(count, 1.0);
  if (count <= kFullWeights) return weights;
  const size_t old = count - kFullWeights;
  const double first = 1.0 / static_cast<double>(count);
  for (size_t i = 0; i < old; ++i) {
    const double share = old == 1 ? 0 : static_cast<double>(i) / static_cast<double>(old - 1);
    weights[i] = first + share * (1 - first);
  }
  return weights;
}

/// The standard deviation of the kernel around each centre, of which there are two or more: the
/// greater one of the distances to its neighbours; of those without a neighbour on one side the
/// distance to the other.
std::vector<double> DistancesToNeighbours(const std::vector<double>& centres) {
  std::vector<size_t> order(centres.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&centres](size_t a, size_t b) { return centres[a] < centres[b]; });
  std::vector<double> distances(centres.size(), 0.0);
  for (size_t i = 1; i < order.size(); ++i) {
    const double distance = centres[order[i]] - centres[order[i - 1]];
    for (const size_t index : {order[i - 1], order[i]}) {
      distances[index] = std::max(distances[index], distance);
    }
  }
  return distances;
}

/// log(sum(exp(terms))).
double LogSum(const std::vector<double>& terms) {
  const double most = *std::max_element(terms.begin(), terms.end());
  if (!std::isfinite(most)) return most;
  double sum = 0;
  for (const double term : terms) sum += PortableExp(term - most);
  return most + PortableLog(sum);
}

}  // namespace

ParzenEstimator::Kernels::Kernels(const ParzenDimension& of,
                                  const std::vector<ParzenPoint>& observations, size_t index)
    : dimension(of) {
  if (of.categories.empty()) {
    PlaceNumbers(observations, index);
  } else {
    PlaceCategories(observations, index);
  }
}

void ParzenEstimator::Kernels::PlaceNumbers(const std::vector<ParzenPoint>& observations,
                                            size_t index) {
  const auto scaled = [this](double number) {
    return dimension.is_log ? PortableLog(number) : number;
  };
  low = scaled(dimension.low - dimension.step / 2);
  high = scaled(dimension.high + dimension.step / 2);
  for (const ParzenPoint& point : observations) centres.push_back(scaled(point[index]));
  const double range = high - low;
  if (centres.size() == 1) {
    widths = {std::max(centres[0] - low, high - centres[0])};
  } else {
    widths = DistancesToNeighbours(centres);
  }
  const auto kernels = static_cast<double>(observations.size() + 1);
  const double least = range / std::min(100.0, 1 + kernels);
  for (double& width : widths) width = std::clamp(width, least, range);
  centres.push_back(0.5 * (low + high));
  widths.push_back(range);
  for (size_t i = 0; i < centres.size(); ++i) {
    const double within =
        LogNormalMass((low - centres[i]) / widths[i], (high - centres[i]) / widths[i]);
    const bool is_real = dimension.step == 0;
    log_norms.push_back(is_real ? within + kLogRoot2Pi + PortableLog(widths[i]) : within);
  }
}

void ParzenEstimator::Kernels::PlaceCategories(const std::vector<ParzenPoint>& observations,
                                               size_t index) {
  const size_t kernels = observations.size() + 1;
  for (size_t i = 0; i < kernels; ++i) {
    std::vector<double> shares;
    for (const double listed : dimension.categories) {
      shares.push_back(listed * kPriorWeight / static_cast<double>(kernels));
    }
    if (i < observations.size()) shares[static_cast<size_t>(observations[i][index])] += 1;
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= sum;
    probabilities.push_back(std::move(shares));
  }
}

std::vector<double> ParzenEstimator::Kernels::LogDensities(double coordinate) const {
  std::vector<double> densities;
  if (!dimension.categories.empty()) {
    const auto category = static_cast<size_t>(coordinate);
    for (const auto& shares : probabilities) densities.push_back(PortableLog(shares[category]));
    return densities;
  }
  const double half = dimension.step / 2;
  const bool is_log = dimension.is_log;
  const double left = is_log ? PortableLog(coordinate - half) : coordinate - half;
  const double right = is_log ? PortableLog(coordinate + half) : coordinate + half;
  for (size_t i = 0; i < centres.size(); ++i) {
    const double from = (left - centres[i]) / widths[i];
    const double log_kernel = dimension.step > 0
                                  ? LogNormalMass(from, (right - centres[i]) / widths[i])
                                  : -0.5 * from * from;
    densities.push_back(log_kernel - log_norms[i]);
  }
  return densities;
}

double ParzenEstimator::Kernels::Draw(size_t kernel, double fraction) const {
  if (!dimension.categories.empty()) {
    const std::vector<double>& shares = probabilities[kernel];
    double below = 0;
    for (size_t i = 0; i + 1 < shares.size(); ++i) {
      below += shares[i];
      if (fraction < below) return static_cast<double>(i);
    }
    return static_cast<double>(shares.size() - 1);
  }
  const double centre = centres[kernel];
  const double width = widths[kernel];
  const double scaled = centre + width * TruncatedNormalQuantile(fraction, (low - centre) / width,
                                                                 (high - centre) / width);
  double number = dimension.is_log ? PortableExp(scaled) : scaled;
  if (dimension.step > 0) {
    const double steps = std::round((number - dimension.low) / dimension.step);
    number = dimension.low + steps * dimension.step;
  }
  return std::clamp(number, dimension.low, dimension.high);
}

ParzenEstimator::ParzenEstimator(const std::vector<ParzenDimension>& dimensions,
                                 const std::vector<ParzenPoint>& observations)
    : weights_(WeightsOf(observations.size())) {
  weights_.push_back(kPriorWeight);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) {
    weight /= sum;
    log_weights_.push_back(PortableLog(weight));
  }
  for (size_t i = 0; i < dimensions.size(); ++i) {
    kernels_.emplace_back(dimensions[i], observations, i);
  }
}

std::vector<double> ParzenEstimator::LogDensities(const std::vector<ParzenPoint>& points) const {
  std::vector<std::vector<double>> terms(points.size(), log_weights_);  // by kernel
  for (size_t i = 0; i < kernels_.size(); ++i) {
    std::map<double, std::vector<double>> densities;  // by coordinate: many points have the same
    for (size_t point = 0; point < points.size(); ++point) {
      const double coordinate = points[point][i];
      const auto [found, is_new] = densities.try_emplace(coordinate);
      if (is_new) found->second = kernels_[i].LogDensities(coordinate);
      for (size_t kernel = 0; kernel < log_weights_.size(); ++kernel) {
        terms[point][kernel] += found->second[kernel];
      }
    }
  }
  std::vector<double> sums;
  for (const std::vector<double>& of_point : terms) sums.push_back(LogSum(of_point));
  return sums;
}

ParzenPoint ParzenEstimator::Draw(const std::function<double()>& fraction) const {
  double rest = fraction();
  size_t kernel = 0;
  while (kernel + 1 < weights_.size() && rest >= weights_[kernel]) rest -= weights_[kernel++];
  ParzenPoint point;
  for (const Kernels& one : kernels_) point.push_back(one.Draw(kernel, fraction()));
  return point;
}

}  // namespace lrsweep
