#include "sweep/search/tpe/axis_numbers.h"

#include <algorithm>
#include <cmath>

#include "sweep/search/drawing.h"
#include "sweep/search/tpe/portable_math.h"

namespace lrsweep {

AxisNumbers::AxisNumbers(const Distribution& distribution) : distribution_(distribution) {
  for (const Value& choice : distribution.choices) {
    const auto found = std::find(categories_.begin(), categories_.end(), choice);
    const auto index = static_cast<size_t>(found - categories_.begin());
    if (found == categories_.end()) {
      categories_.push_back(choice);
      dimension_.categories.push_back(0);
    }
    ++dimension_.categories[index];
  }
  if (!distribution.choices.empty()) return;
  constexpr double kLargestBound = 1e300;  // so that distances are finite
  if (std::max(std::abs(distribution.low), std::abs(distribution.high)) > kLargestBound &&
      !distribution.is_log) {
    scale_ = 0x1p-20;
  }
  dimension_.low = distribution.low * scale_;
  dimension_.high = distribution.high * scale_;
  dimension_.step = distribution.is_integer ? 1 : distribution.step * scale_;
  dimension_.is_log = distribution.is_log;
}

bool AxisNumbers::Varies() const {
  if (!dimension_.categories.empty()) return dimension_.categories.size() > 1;
  if (!dimension_.is_log) return dimension_.high > dimension_.low;
  return PortableLog(dimension_.high) > PortableLog(dimension_.low);
}

double AxisNumbers::NumberOf(const Value& value) const {
  if (!categories_.empty()) {
    const auto found = std::find(categories_.begin(), categories_.end(), value);
    return static_cast<double>(found - categories_.begin());
  }
  const auto* integer = value.As<int64_t>();
  return scale_ * (integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value));
}

Value AxisNumbers::ValueOf(double number) const {
  if (!categories_.empty()) return categories_[static_cast<size_t>(number)];
  double real = number / scale_;
  if (distribution_.is_integer) {
    real = std::clamp(std::round(real), distribution_.low, distribution_.high);
    return distribution_.is_real ? Value(real) : Value(static_cast<int64_t>(real));
  }
  if (distribution_.step > 0) real = std::round(real / distribution_.step) * distribution_.step;
  return std::clamp(SixDigits(real), distribution_.low, distribution_.high);
}

}  // namespace lrsweep
