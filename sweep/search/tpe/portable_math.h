// Logarithm, exponential and the normal distribution, with the same bits on every machine.
//
// std::log, std::exp and std::erf differ in their last bits from library to library, and one bit
// may decide which of two points is proposed. These functions use only operations that IEEE 754
// rounds correctly (and the compiler fuses none: -ffp-contract=off). Relative errors are below
// 1e-13. Pure; thread-safe.
#pragma once

namespace lrsweep {

/// The natural logarithm of a number of at least 0; -infinity of 0.
double PortableLog(double number);

/// e^exponent; 0 below -708, infinity above 709.
double PortableExp(double exponent);

/// The logarithm of the probability that a standard normal variable is in [a, b], where a <= b; of
/// an interval of length 0 a large negative number.
double LogNormalMass(double a, double b);

/// The quantile at `share` of [0, 1) of the standard normal distribution truncated to [a, b], where
/// a <= 0 <= b; its absolute error is below 1e-11.
double TruncatedNormalQuantile(double share, double a, double b);

}  // namespace lrsweep
