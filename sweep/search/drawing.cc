#include "sweep/search/drawing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace lrsweep {
namespace {

constexpr size_t kRoots = 48;

/// floor(fraction * count).
uint64_t Share(uint64_t fraction, uint64_t count) {
  // In halves, since ISO C++ has no product of 128 bits.
  const uint64_t high = (fraction >> 32) * (count >> 32);
  const uint64_t middle_1 = (fraction >> 32) * (count & 0xFFFFFFFF);
  const uint64_t middle_2 = (fraction & 0xFFFFFFFF) * (count >> 32);
  const uint64_t low = (fraction & 0xFFFFFFFF) * (count & 0xFFFFFFFF);
  const uint64_t carry = (low >> 32) + (middle_1 & 0xFFFFFFFF) + (middle_2 & 0xFFFFFFFF);
  return high + (middle_1 >> 32) + (middle_2 >> 32) + (carry >> 32);
}

/// The fraction as a real of [0, 1).
double Unit(uint64_t fraction) { return static_cast<double>(fraction >> 11) * 0x1p-53; }

}  // namespace

double SixDigits(double number) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number,
                                     std::chars_format::scientific, 5);
  double rounded = 0;
  std::from_chars(text.data(), written.ptr, rounded);
  return rounded == 0 ? 0.0 : rounded;  // -0.0 is 0.0
}

Drawing::Drawing(const Distribution& distribution) : distribution_(distribution) {
  if (!distribution.is_log) return;
  const double bound = distribution.is_integer ? distribution.high + 1 : distribution.high;
  roots_.push_back(std::sqrt(bound) /
                   std::sqrt(distribution.low));  // their quotient may be too large
  while (roots_.size() < kRoots) roots_.push_back(std::sqrt(roots_.back()));
}

Value Drawing::At(uint64_t fraction) const {
  if (!distribution_.choices.empty()) {
    return distribution_.choices[Share(fraction, distribution_.choices.size())];
  }
  if (!distribution_.is_integer) return RealAt(fraction);
  const int64_t integer = IntegerAt(fraction);
  return distribution_.is_real ? Value(static_cast<double>(integer)) : Value(integer);
}

double Drawing::RealAt(uint64_t fraction) const {
  const double low = distribution_.low;
  const double high = distribution_.high;
  double number = 0;
  if (distribution_.is_log) {
    number = LogUniformAt(fraction, low);
  } else if (distribution_.step > 0) {
    number = MultipleAt(fraction);
  } else {
    // In two products, since the bounds' difference may exceed the largest real.
    const double unit = Unit(fraction);
    number = low * (1 - unit) + high * unit;
  }
  return std::clamp(SixDigits(number), low, high);
}

/// low * (high / low)^fraction. The power is the product of the roots that the fraction's binary
/// digits name: std::pow may differ in its last bit from machine to machine, and a value next to
/// the middle of two numbers of six digits would be rounded either way.
double Drawing::LogUniformAt(uint64_t fraction, double low) const {
  double power = 1;
  for (size_t i = 0; i < kRoots; ++i) {
    if ((fraction >> (63 - i) & 1) != 0) power *= roots_[i];
  }
  return low * power;
}

/// A uniform real, rounded to a multiple of the step: the multiples at the bounds are drawn half as
/// often as the others, as in Ray Tune.
double Drawing::MultipleAt(uint64_t fraction) const {
  const double first = std::round(distribution_.low / distribution_.step);
  const double last = std::round(distribution_.high / distribution_.step);
  return std::floor(first + Unit(fraction) * (last - first) + 0.5) * distribution_.step;
}

int64_t Drawing::IntegerAt(uint64_t fraction) const {
  const auto low = static_cast<int64_t>(distribution_.low);
  const auto high = static_cast<int64_t>(distribution_.high);
  if (!distribution_.is_log) {
    return low + static_cast<int64_t>(Share(fraction, static_cast<uint64_t>(high - low) + 1));
  }
  const double number = std::floor(LogUniformAt(fraction, distribution_.low));
  return std::clamp(static_cast<int64_t>(number), low, high);
}

std::optional<uint64_t> Drawing::Count() const {
  if (!distribution_.choices.empty()) return distribution_.choices.size();
  if (distribution_.is_integer) {
    return static_cast<uint64_t>(distribution_.high - distribution_.low) + 1;
  }
  if (distribution_.step <= 0) return std::nullopt;
  const double steps = std::round((distribution_.high - distribution_.low) / distribution_.step);
  if (steps > 1e15) return std::nullopt;
  return static_cast<uint64_t>(steps) + 1;
}

}  // namespace lrsweep
