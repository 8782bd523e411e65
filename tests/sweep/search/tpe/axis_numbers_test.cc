#include "sweep/search/tpe/axis_numbers.h"

#include <gtest/gtest.h>

#include "sweep/search/drawing.h"
#include "sweep/search/random_bits.h"

namespace lrsweep {
namespace {

Distribution Choice(std::vector<Value> choices) {
  return {.name = "choice", .choices = std::move(choices)};
}

TEST(AxisNumbersTest, EveryValueThatIsDrawnComesBack) {
  const std::vector<Distribution> distributions = {
      {.name = "uniform", .low = -2, .high = 3},
      {.name = "uniform", .low = -1.7e308, .high = 1.7e308},
      {.name = "loguniform", .low = 1e-5, .high = 0.1, .is_log = true},
      {.name = "quniform", .low = 0.1, .high = 0.9, .step = 0.1},
      {.name = "randint", .low = 2, .high = 19, .is_integer = true, .is_real = false},
      {.name = "randint", .low = 2, .high = 19, .is_integer = true},
      {.name = "lograndint",
       .low = 16,
       .high = 511,
       .is_log = true,
       .is_integer = true,
       .is_real = false},
      Choice({"a", "b", 3, 0.5})};
  for (const Distribution& distribution : distributions) {
    const AxisNumbers numbers(distribution);
    const Drawing drawing(distribution);
    EXPECT_TRUE(numbers.Varies());
    for (uint64_t i = 0; i < 200; ++i) {
      const Value value = drawing.At(RandomBits(1, i));
      const Value back = numbers.ValueOf(numbers.NumberOf(value));
      EXPECT_EQ(back, value) << distribution.name << " " << ToJson(value) << " " << ToJson(back);
    }
  }
}

TEST(AxisNumbersTest, NumbersBetweenValuesAreRounded) {
  const AxisNumbers real({.name = "uniform", .low = 0, .high = 1});
  EXPECT_EQ(real.ValueOf(0.12345678), Value(0.123457));
  EXPECT_EQ(real.ValueOf(1.5), Value(1.0));
  const AxisNumbers multiple({.name = "quniform", .low = 0, .high = 0.9, .step = 0.3});
  EXPECT_EQ(multiple.ValueOf(0.7), Value(0.6));
  const AxisNumbers integer(
      {.name = "randint", .low = 2, .high = 9, .is_integer = true, .is_real = false});
  EXPECT_EQ(integer.ValueOf(4.6), Value(int64_t{5}));
}

TEST(AxisNumbersTest, AChoiceThatIsListedTwiceIsOneCategory) {
  const AxisNumbers numbers(Choice({"a", "b", "a"}));
  EXPECT_EQ(numbers.dimension().categories, (std::vector<double>{2, 1}));
  EXPECT_EQ(numbers.NumberOf("b"), 1);
  EXPECT_FALSE(AxisNumbers(Choice({"a", "a"})).Varies());
}

TEST(AxisNumbersTest, OneValueDoesNotVary) {
  EXPECT_FALSE(AxisNumbers({.name = "randint", .low = 2, .high = 2, .is_integer = true}).Varies());
  EXPECT_FALSE(
      AxisNumbers(
          {.name = "loguniform", .low = 1e300, .high = 1.0000000000000002e300, .is_log = true})
          .Varies());
}

}  // namespace
}  // namespace lrsweep
