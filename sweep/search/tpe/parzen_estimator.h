// Parzen estimators: densities over points, each the sum of a kernel around every observation.
//
// The estimator is that of Optuna 5 (optuna/samplers/_tpe/parzen_estimator.py, multivariate) with
// its defaults; tests/golden/parzen_estimator.txt has densities that Optuna computed. Sources:
// Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (NIPS 2011); Watanabe,
// "Tree-Structured Parzen Estimator" (arXiv 2304.11127).
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace lrsweep {

/// One coordinate of a point: a number within bounds, or a category.
struct ParzenDimension {
  double low = 0;  // below high
  double high = 0;
  double step = 0;      // numbers are low, low + step, ...; 0: reals
  bool is_log = false;  // distances are those of logarithms; low is above 0
  /// Of a category, which is its index: how often each one is listed. Empty: a number.
  std::vector<double> categories{};

  bool operator==(const ParzenDimension&) const = default;
};

/// A coordinate for each dimension.
using ParzenPoint = std::vector<double>;

/// The mean of product kernels: of one around each observation, and of a wide one, the prior. The
/// first of many observations weigh less. Around a number the kernel is a normal distribution
/// within the bounds, as wide as the greater distance to the neighbours on both sides; a category
/// that was observed is more probable than others. Bits are the same on every machine. Immutable.
class ParzenEstimator {
 public:
  /// `observations`: the oldest first. All have a coordinate for each of the dimensions, of which
  /// there is one or more.
  ParzenEstimator(const std::vector<ParzenDimension>& dimensions,
                  const std::vector<ParzenPoint>& observations);

  /// The logarithm of the density at each point. Of a number with a step it is the probability; of
  /// one with `is_log` the density of the logarithm.
  std::vector<double> LogDensities(const std::vector<ParzenPoint>& points) const;

  /// A point that is drawn: `fraction` gives numbers of [0, 1), first the one that chooses the
  /// kernel, then one for each dimension.
  ParzenPoint Draw(const std::function<double()>& fraction) const;

 private:
  /// The kernels in one dimension, in the order of the observations, the prior's last.
  struct Kernels {
    ParzenDimension dimension;
    double low = 0, high = 0;       // of a number: its bounds, half a step wider, as kernels
                                    // count (logarithms)
    std::vector<double> centres;    // of a number
    std::vector<double> widths;     // of a number: standard deviations
    std::vector<double> log_norms;  // of a number: the logarithm of what divides its kernel
    std::vector<std::vector<double>> probabilities;  // of a category, by kernel

    Kernels(const ParzenDimension& of, const std::vector<ParzenPoint>& observations, size_t index);
    void PlaceNumbers(const std::vector<ParzenPoint>& observations, size_t index);
    void PlaceCategories(const std::vector<ParzenPoint>& observations, size_t index);
    /// The logarithm of each kernel's density.
    std::vector<double> LogDensities(double coordinate) const;
    double Draw(size_t kernel, double fraction) const;
  };

  std::vector<double> weights_;  // of the kernels; their sum is 1
  std::vector<double> log_weights_;
  std::vector<Kernels> kernels_;  // of each dimension
};

}  // namespace lrsweep
