#include "sweep/search/tpe/portable_math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace lrsweep {
namespace {

// ln 2 in two parts: multiples of the first one by an exponent are exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInverseLn2 = 0x1.71547652b82fep0;
constexpr double kInverseRoot2Pi = 0x1.9884533d43651p-2;
constexpr double kLogRoot2Pi = 0x1.d67f1c864beb5p-1;

/// 1 / i, since divisions are slow. More than the series below need.
constexpr auto kInverse = [] {
  std::array<double, 128> inverse{};
  for (size_t i = 1; i < inverse.size(); ++i) inverse[i] = 1 / static_cast<double>(i);
  return inverse;
}();

/// The density of the standard normal distribution.
double NormalDensity(double x) { return kInverseRoot2Pi * PortableExp(-0.5 * x * x); }

constexpr double kTail = 2;

/// (1 - Phi(t)) / phi(t) for t >= kTail: Laplace's continued fraction, of which so many terms are
/// exact to the last bits there.
double MillsRatio(double t) {
  const int terms = t > 5 ? 16 : t > 3 ? 32 : 64;
  double rest = t;
  for (int i = terms; i >= 1; --i) rest = t + i / rest;
  return 1 / rest;
}

/// Phi(x) - 1/2 for |x| <= kTail: Marsaglia, "Evaluating the Normal Distribution" (2004).
double CentralMass(double x) {
  const double square = x * x;
  double term = x;
  double sum = x;
  for (size_t i = 3; std::abs(term) > 1e-17 * std::abs(sum); i += 2) {
    term *= square * kInverse[i];
    sum += term;
  }
  return NormalDensity(x) * sum;
}

/// Phi(x), the probability below x.
double NormalMassBelow(double x) {
  if (x < -kTail) return NormalDensity(x) * MillsRatio(-x);
  if (x > kTail) return 1 - NormalDensity(x) * MillsRatio(x);
  return 0.5 + CentralMass(x);
}

/// log Phi(x) for x <= 0, also where Phi(x) is too small for a double.
double LogMassBelow(double x) {
  if (x < -kTail) return -0.5 * x * x - kLogRoot2Pi + PortableLog(MillsRatio(-x));
  return PortableLog(NormalMassBelow(x));
}

}  // namespace

double PortableLog(double number) {
  if (number <= 0) return -std::numeric_limits<double>::infinity();
  int exponent = 0;
  double mantissa = std::frexp(number, &exponent);  // of [0.5, 1)
  constexpr double kRootHalf = 0x1.6a09e667f3bcdp-1;
  if (mantissa < kRootHalf) {
    mantissa *= 2;
    --exponent;
  }
  // log m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double sum = 0;
  for (size_t i = 25; i >= 3; i -= 2) sum = (sum + kInverse[i]) * square;
  return exponent * kLn2High + (exponent * kLn2Low + (2 * s + 2 * s * sum));
}

double PortableExp(double exponent) {
  if (exponent < -708) return 0;
  if (exponent > 709) return std::numeric_limits<double>::infinity();
  const double twos = std::floor(exponent * kInverseLn2 + 0.5);
  const double rest = (exponent - twos * kLn2High) - twos * kLn2Low;  // |rest| < 0.35
  double sum = 1;
  for (size_t i = 14; i >= 1; --i) sum = 1 + sum * rest * kInverse[i];
  return std::ldexp(sum, static_cast<int>(twos));
}

double LogNormalMass(double a, double b) {
  if (a > 0) return LogNormalMass(-b, -a);
  constexpr double kNarrow = 1e-7;  // where the difference of two masses has few digits
  if (b - a < kNarrow) {
    const double middle = 0.5 * (a + b);
    const double width = std::max(b - a, std::numeric_limits<double>::min());
    return -0.5 * middle * middle - kLogRoot2Pi + PortableLog(width);
  }
  if (b > 0) return PortableLog(1 - NormalMassBelow(a) - NormalMassBelow(-b));
  const double upper = LogMassBelow(b);
  return upper + PortableLog(1 - PortableExp(LogMassBelow(a) - upper));
}

double TruncatedNormalQuantile(double share, double a, double b) {
  constexpr double kFar = 9;  // 1e-19 of the mass are beyond
  double below = std::max(a, -kFar);
  double above = std::min(b, kFar);
  const double mass_below = NormalMassBelow(a);
  const double wanted = mass_below + share * (NormalMassBelow(b) - mass_below);
  constexpr int kHalvings = 41;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (below + above);
    (NormalMassBelow(middle) < wanted ? below : above) = middle;
  }
  return 0.5 * (below + above);
}

}  // namespace lrsweep
