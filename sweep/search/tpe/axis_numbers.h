// Numbers in place of the values of an axis, as a Parzen estimator has them.
#pragma once

#include <vector>

#include "params/value.h"
#include "sweep/config/distribution.h"
#include "sweep/search/tpe/parzen_estimator.h"

namespace lrsweep {

/// Translates between the values of a distribution and the coordinates of one dimension. Immutable.
class AxisNumbers {
 public:
  explicit AxisNumbers(const Distribution& distribution);

  const ParzenDimension& dimension() const { return dimension_; }
  /// Whether there is more than one value, so that an estimator can tell them apart.
  bool Varies() const;

  /// The coordinate of a value that the distribution can have.
  double NumberOf(const Value& value) const;
  /// The value that the distribution draws which is nearest to the number: reals have six
  /// significant digits.
  Value ValueOf(double number) const;

 private:
  Distribution distribution_;
  ParzenDimension dimension_;
  std::vector<Value> categories_;  // the distinct choices
  double scale_ = 1;               // of the coordinates
};

}  // namespace lrsweep
