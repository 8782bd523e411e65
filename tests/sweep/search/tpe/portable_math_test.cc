#include "sweep/search/tpe/portable_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace lrsweep {
namespace {

// Expected numbers are mpmath's, computed with 60 digits.

/// Fails unless the number is within `relative` of what is expected.
void ExpectNear(double number, double expected, double relative) {
  EXPECT_NEAR(number, expected, relative * std::max(1e-3, std::abs(expected)));
}

TEST(PortableMathTest, LogarithmIsThatOfMoreDigits) {
  const std::vector<std::pair<double, double>> cases = {{1.0, 0.0},
                                                        {2.0, 0.6931471805599453},
                                                        {0.5, -0.6931471805599453},
                                                        {1e-300, -690.7755278982137},
                                                        {123456.789, 11.723646487185881},
                                                        {1e+300, 690.7755278982137},
                                                        {0.9999999, -1.0000000494736474e-07},
                                                        {0.7071067811865475, -0.34657359027997275}};
  for (const auto& [number, expected] : cases) {
    EXPECT_NEAR(PortableLog(number), expected, 4e-16 * std::abs(expected)) << number;
  }
  EXPECT_EQ(PortableLog(0), -INFINITY);
}

TEST(PortableMathTest, ExponentialIsThatOfMoreDigits) {
  const std::vector<std::pair<double, double>> cases = {{0.0, 1.0},
                                                        {1.0, 2.718281828459045},
                                                        {-1.0, 0.36787944117144233},
                                                        {0.3465, 1.4141094938303624},
                                                        {-700.0, 9.85967654375977e-305},
                                                        {700.5, 1.6721859620674984e+304},
                                                        {-1e-09, 0.999999999},
                                                        {20.25, 622964442.1984454}};
  for (const auto& [exponent, expected] : cases) {
    EXPECT_NEAR(PortableExp(exponent), expected, 1e-15 * expected) << exponent;
  }
  EXPECT_EQ(PortableExp(-INFINITY), 0);
  EXPECT_EQ(PortableExp(800), INFINITY);
}

TEST(PortableMathTest, NormalMassIsExactInTheMiddleInBothTailsAndOfNarrowIntervals) {
  struct Case {
    double a, b, expected;
  };
  const std::vector<Case> cases = {
      {-1.0, 1.0, -0.38171514630212605},     {-5.0, 0.5, -0.3689468298471427},
      {0.0, 3.0, -0.6958506276454213},       {2.0, 2.5, -4.101945378031025},
      {-40.0, -39.5, -784.720879106624},     {30.0, 31.0, -454.32124395634327},
      {-2.5, -1.5, -2.803501047738798},      {-0.1, 0.001, -3.2132223486498614},
      {3.0, 3.00000001, -23.83961929823451}, {-101.0, 101.0, 0.0},
      {5.0, 100.0, -15.064998393988725}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.a);
    ExpectNear(LogNormalMass(one.a, one.b), one.expected, 1e-12);
  }
  // Of so little mass the difference of the two sides has fewer digits.
  ExpectNear(LogNormalMass(-1e-6, 1e-6), -14.041301910609167, 1e-10);
  ExpectNear(LogNormalMass(1.0, 1.0000001), -17.537034233579128, 1e-9);
  EXPECT_TRUE(std::isfinite(LogNormalMass(1, 1)));
}

TEST(PortableMathTest, QuantileHasItsShareOfTheMass) {
  struct Case {
    double share, a, b, expected;
  };
  const std::vector<Case> cases = {{0.5, -1.0, 1.0, 0},
                                   {0.25, -1.0, 1.0, -0.4417705466865813},
                                   {0.1, -5.0, 0.5, -1.4821777387724817},
                                   {0.999, 0.0, 3.0, 2.902912745667319},
                                   {0.0009765625, -100.0, 0.0, -3.2971933456919635},
                                   {0.75, -3.0, 100.0, 0.6755521176723082},
                                   {0.5, -50.0, 50.0, 0},
                                   {0.125, 0.0, 0.01, 0.0012499794924838987}};
  for (const Case& one : cases) {
    EXPECT_NEAR(TruncatedNormalQuantile(one.share, one.a, one.b), one.expected, 1e-11) << one.share;
  }
}

}  // namespace
}  // namespace lrsweep
