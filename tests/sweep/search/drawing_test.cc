#include "sweep/search/drawing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "sweep/search/random_bits.h"

namespace lrsweep {
namespace {

constexpr uint64_t kHalf = uint64_t{1} << 63;
constexpr uint64_t kLast = std::numeric_limits<uint64_t>::max();

Distribution Reals(const std::string& name, double low, double high) {
  return {.name = name, .low = low, .high = high, .is_log = name == "loguniform"};
}

/// How often each value is drawn of 16,000.
std::map<std::string, int> Counts(const Distribution& distribution) {
  const Drawing drawing(distribution);
  std::map<std::string, int> counts;
  for (uint64_t i = 0; i < 16'000; ++i) ++counts[ToJson(drawing.At(RandomBits(5, i)))];
  return counts;
}

TEST(DrawingTest, RealsAreQuantilesOfSixDigits) {
  const Distribution uniform = Reals("uniform", 1, 3);
  EXPECT_EQ(Drawing(uniform).At(0), Value(1.0));
  EXPECT_EQ(Drawing(uniform).At(kHalf), Value(2.0));
  EXPECT_EQ(Drawing(uniform).At(kHalf / 3), Value(1.33333));
  EXPECT_EQ(Drawing(uniform).At(kLast), Value(3.0));
  const Distribution log = Reals("loguniform", 0.0001, 1);
  EXPECT_EQ(Drawing(log).At(0), Value(0.0001));
  EXPECT_EQ(Drawing(log).At(kHalf), Value(0.01));
  EXPECT_EQ(Drawing(log).At(kHalf / 2), Value(0.001));
  EXPECT_EQ(Drawing(log).At(kLast), Value(1.0));
}

TEST(DrawingTest, LogUniformIsThePowerOfItsBounds) {
  const Distribution log = Reals("loguniform", 3e-5, 0.7);
  const Drawing drawing(log);
  for (uint64_t i = 0; i < 1'000; ++i) {
    const uint64_t fraction = RandomBits(1, i);
    const double exact = 3e-5 * std::pow(0.7 / 3e-5, static_cast<double>(fraction) * 0x1p-64);
    const double drawn = *drawing.At(fraction).As<double>();
    EXPECT_LE(std::abs(drawn - exact), 5.001e-6 * exact) << fraction;
    EXPECT_EQ(drawn, SixDigits(drawn));
  }
}

TEST(DrawingTest, StaysWithinBoundsOfMoreDigits) {
  const Distribution narrow = Reals("uniform", 0.12345678, 0.12345679);
  EXPECT_EQ(Drawing(narrow).At(0), Value(0.12345679));  // 0.123457 is above both
  EXPECT_EQ(Drawing(narrow).At(kHalf), Value(0.12345679));
}

TEST(DrawingTest, TakesTheLargestAndSmallestBounds) {
  constexpr double kMost = std::numeric_limits<double>::max();
  const Distribution uniform = Reals("uniform", -kMost, kMost);
  const Distribution log = Reals("loguniform", 1e-300, 1e300);
  EXPECT_EQ(Drawing(uniform).At(kHalf), Value(0.0));
  EXPECT_TRUE(std::isfinite(*Drawing(uniform).At(kLast).As<double>()));
  EXPECT_EQ(Drawing(log).At(kHalf), Value(1.0));
}

TEST(DrawingTest, QuantizedValuesAreMultiplesWhoseEndsAreHalfAsLikely) {
  Distribution quantized = Reals("quniform", 0.1, 0.5);
  quantized.step = 0.1;
  EXPECT_EQ(Drawing(quantized).Count(), 5U);
  const std::map<std::string, int> counts = Counts(quantized);
  ASSERT_EQ(counts.size(), 5U);
  EXPECT_NEAR(counts.at("0.1"), 2000, 200);
  EXPECT_NEAR(counts.at("0.3"), 4000, 250);
  EXPECT_NEAR(counts.at("0.5"), 2000, 200);
}

TEST(DrawingTest, IntegersAndChoicesAreEquallyLikely) {
  const Distribution integers{
      .name = "randint", .low = -1, .high = 2, .is_integer = true, .is_real = false};
  const std::map<std::string, int> counts = Counts(integers);
  ASSERT_EQ(counts.size(), 4U);
  for (const auto& [value, count] : counts) EXPECT_NEAR(count, 4000, 250) << value;
  EXPECT_EQ(Drawing(integers).At(0), Value(-1));
  EXPECT_EQ(Drawing(integers).At(kLast), Value(2));
  EXPECT_EQ(Drawing(integers).Count(), 4U);
  const Distribution choice{.name = "choice", .choices = {"a", "b", "a"}};
  EXPECT_NEAR(Counts(choice).at("\"b\""), 5333, 250);
}

TEST(DrawingTest, LogarithmicIntegersAreRoundedDown) {
  const Distribution integers{.name = "lograndint",
                              .low = 1,
                              .high = 7,
                              .is_log = true,
                              .is_integer = true,
                              .is_real = false};
  const std::map<std::string, int> counts = Counts(integers);
  ASSERT_EQ(counts.size(), 7U);
  EXPECT_NEAR(counts.at("1"), 16000 / 3.0, 300);  // log 2 of log 8
  EXPECT_NEAR(counts.at("7"), 16000 * std::log(8.0 / 7) / std::log(8.0), 150);
  const Distribution reals{
      .name = "lograndint", .low = 1, .high = 7, .is_log = true, .is_integer = true};
  EXPECT_EQ(Drawing(reals).At(kLast), Value(7.0));
}

}  // namespace
}  // namespace lrsweep
