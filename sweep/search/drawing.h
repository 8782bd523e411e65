// Turns random fractions into values of a distribution.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "params/value.h"
#include "sweep/config/distribution.h"

namespace lrsweep {

/// Draws values of one distribution. The same fraction gives the same value on every machine: of
/// the operations only those are used that IEEE 754 rounds correctly, and no function of the
/// mathematical library. Immutable.
class Drawing {
 public:
  /// The distribution must outlive the drawing.
  explicit Drawing(const Distribution& distribution);

  /// The value at `fraction`, which stands for a number of [0, 1) in units of 2^-64: the quantile
  /// of the distribution. Reals have six significant digits and stay within the bounds.
  Value At(uint64_t fraction) const;

  /// How many values there are; none where they are reals.
  std::optional<uint64_t> Count() const;

 private:
  double RealAt(uint64_t fraction) const;
  int64_t IntegerAt(uint64_t fraction) const;
  double LogUniformAt(uint64_t fraction, double low) const;
  double MultipleAt(uint64_t fraction) const;

  const Distribution& distribution_;
  /// Of a distribution in the logarithm: the 2nd, 4th, 8th ... root of high / low.
  std::vector<double> roots_;
};

/// The real of six significant digits that is nearest to `number`.
double SixDigits(double number);

}  // namespace lrsweep
