#include "params/parameter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace lrsweep {
namespace {

using testing::HasSubstr;

Parameter Integer() { return {.name = "n", .kind = Kind::kInteger, .range = {.minimum = 1}}; }
Parameter Real(Range range = {}) { return {.name = "x", .range = range}; }
Parameter Choice() {
  return {.name = "mode", .kind = Kind::kChoice, .choices = {"triangular", "exp_range"}};
}
Parameter Milestones() {
  return {.name = "milestones", .kind = Kind::kIntegerList, .range = {.minimum = 0}};
}

/// The message with which the value is refused, or "".
std::string Refusal(const Parameter& parameter, const Value& value) {
  try {
    Coerce(parameter, value);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(CoerceTest, MakesAnIntegerARealWhereARealIsMeant) {
  EXPECT_EQ(Coerce(Real(), 2), Value(2.0));
  EXPECT_EQ(Coerce(Real(), 0.5), Value(0.5));
}

TEST(CoerceTest, MakesNegativeZeroZero) {
  EXPECT_FALSE(std::signbit(*Coerce(Real(), -0.0).As<double>()));
}

TEST(CoerceTest, RefusesARealWhereAnIntegerIsMeant) {
  EXPECT_EQ(Refusal(Integer(), 5.0), "expected an integer of at least 1, not 5.0");
}

TEST(CoerceTest, HoldsTheBoundsOfARange) {
  EXPECT_EQ(Coerce(Integer(), 1), Value(1));
  EXPECT_EQ(Refusal(Integer(), 0), "expected an integer of at least 1, not 0");
  const Parameter share = Real({.minimum = 0, .maximum = 1});
  EXPECT_EQ(Coerce(share, 1), Value(1.0));
  EXPECT_EQ(Refusal(share, 1.5), "expected a number of at least 0 and at most 1, not 1.5");
}

TEST(CoerceTest, ExcludesAnOpenMinimum) {
  const Parameter positive = Real({.minimum = 0, .open_minimum = true});
  EXPECT_EQ(Refusal(positive, 0), "expected a number above 0, not 0");
  EXPECT_EQ(Coerce(positive, 1e-300), Value(1e-300));
}

TEST(CoerceTest, RefusesNumbersThatAreNotFinite) {
  EXPECT_EQ(Refusal(Real(), std::numeric_limits<double>::quiet_NaN()),
            "expected a number, not NaN");
  EXPECT_EQ(Refusal(Real(), -std::numeric_limits<double>::infinity()),
            "expected a number, not -infinity");
}

TEST(CoerceTest, RefusesAnotherKind) {
  EXPECT_EQ(Refusal(Real(), "0.1"), "expected a number, not \"0.1\"");
  EXPECT_EQ(Refusal(Integer(), true), "expected an integer of at least 1, not true");
  EXPECT_EQ(Refusal({.name = "b", .kind = Kind::kBoolean}, 1), "expected true or false, not 1");
}

TEST(CoerceTest, TakesNullOnlyWhereItIsTheDefault) {
  Parameter parameter = Real();
  EXPECT_EQ(Refusal(parameter, Value()), "expected a number, not nothing");
  parameter.default_value = Value();
  EXPECT_EQ(Coerce(parameter, Value()), Value());
}

Parameter Ticks() {
  Parameter ticks = Integer();
  ticks.counts_ticks = true;
  return ticks;
}

TEST(CoerceTest, TakesRunOnlyWhereTicksAreCounted) {
  EXPECT_EQ(Refusal(Integer(), "run"), "expected an integer of at least 1, not \"run\"");
  EXPECT_EQ(Coerce(Ticks(), "run"), Value("run"));
  EXPECT_EQ(Refusal(Ticks(), "walk"),
            "expected an integer of at least 1, run, or a share of it such as 20%, not \"walk\"");
}

TEST(CoerceTest, StoresEqualSharesAsEqualTexts) {
  EXPECT_EQ(Coerce(Ticks(), "25%"), Value("25%"));
  EXPECT_EQ(Coerce(Ticks(), "025.50%"), Value("25.5%"));
  EXPECT_EQ(Coerce(Ticks(), "100.0%"), Value("run"));
  EXPECT_THAT(Refusal(Integer(), "25%"), HasSubstr("not \"25%\""));
}

TEST(CoerceTest, TakesNoShareForZeroWhereZeroIsAllowed) {
  EXPECT_THAT(Refusal(Ticks(), "0%"), HasSubstr("not \"0%\""));
  Parameter from_zero = Ticks();
  from_zero.range.minimum = 0;
  EXPECT_EQ(Coerce(from_zero, "0.0%"), Value(0));
  from_zero.kind = Kind::kReal;
  EXPECT_EQ(Coerce(from_zero, "0%"), Value(0.0));
}

TEST(CoerceTest, TakesSharesInListsAndAsTicksOfPoints) {
  Parameter milestones = Milestones();
  milestones.counts_ticks = true;
  EXPECT_EQ(Coerce(milestones, List{10, "50%", "100%"}), Value(List{10, "50%", "run"}));
  EXPECT_THAT(Refusal(milestones, List{"half"}), HasSubstr("shares of the run such as 50%"));
  const Parameter points = {.name = "points", .kind = Kind::kPointList, .counts_ticks = true};
  EXPECT_EQ(Coerce(points, List{List{0, 0.1}, List{"50%", 1}}),
            Value(List{List{0, 0.1}, List{"50%", 1.0}}));
  EXPECT_THAT(Refusal(points, List{List{0, "50%"}}), HasSubstr("pairs"));
}

TEST(CoerceTest, TakesOneOfTheChoices) {
  EXPECT_EQ(Coerce(Choice(), "exp_range"), Value("exp_range"));
  EXPECT_EQ(Refusal(Choice(), "cosine"), "expected one of triangular, exp_range, not \"cosine\"");
}

TEST(CoerceTest, HoldsEveryElementOfAListToTheRange) {
  EXPECT_EQ(Coerce(Milestones(), List{30, 80}), Value(List{30, 80}));
  EXPECT_EQ(Refusal(Milestones(), List{30, -1}),
            "expected a list of integers, each of at least 0, not [30,-1]");
  EXPECT_EQ(Refusal(Milestones(), 30), "expected a list of integers, each of at least 0, not 30");
}

TEST(DescribeTest, SaysNothingOfARangeThatThereIsNot) {
  EXPECT_EQ(Describe({.name = "list", .kind = Kind::kIntegerList}), "a list of integers");
  EXPECT_EQ(Describe(Real()), "a number");
}

TEST(NearestNameTest, FindsTheNameBehindASlip) {
  const std::vector<std::string> known = {"StepLR", "CosineAnnealingLR", "CyclicLR"};
  EXPECT_EQ(NearestName("StepLr", known), "StepLR");
  EXPECT_EQ(NearestName("CosinAnealingLR", known), "CosineAnnealingLR");
  EXPECT_EQ(NearestName("step_lr", known), "StepLR");
  EXPECT_EQ(NearestName("t_max", {"eta_min", "T_max"}), "T_max");
}

TEST(NearestNameTest, FindsNothingWhereNothingIsNear) {
  EXPECT_EQ(NearestName("Adam", {"StepLR", "CyclicLR"}), "");
  EXPECT_EQ(NearestName("xy", {"lr"}), "");
  EXPECT_EQ(NearestName("lr", {}), "");
}

Parameter Warmup() {
  return {.name = "warmup",
          .kind = Kind::kMapping,
          .default_value = Value(),
          .members = {{.name = "steps", .kind = Kind::kInteger, .range = {.minimum = 1}},
                      {.name = "start_factor", .default_value = 0.5}}};
}

TEST(CoerceTest, CompletesAMapping) {
  EXPECT_EQ(Coerce(Warmup(), Map{{"steps", 3}}), Value(Map{{"steps", 3}, {"start_factor", 0.5}}));
  EXPECT_EQ(Coerce(Warmup(), Map{{"steps", 3}, {"start_factor", 1}}),
            Value(Map{{"steps", 3}, {"start_factor", 1.0}}));
  EXPECT_EQ(Coerce(Warmup(), Value()), Value());
}

TEST(CoerceTest, SaysWhatIsWrongInAMapping) {
  EXPECT_EQ(Refusal(Warmup(), 3), "expected a mapping of steps, start_factor, not 3");
  EXPECT_EQ(Refusal(Warmup(), Map{}), "needs steps");
  EXPECT_EQ(Refusal(Warmup(), Map{{"steps", 0}}),
            "steps: expected an integer of at least 1, not 0");
  EXPECT_EQ(Refusal(Warmup(), Map{{"steps", 1}, {"factor", 1}}),
            "unknown name factor; known are steps, start_factor");
}

TEST(CoerceTest, MakesTheValuesOfPointsReal) {
  const Parameter points = {.name = "points", .kind = Kind::kPointList, .range = {.minimum = 0}};
  EXPECT_EQ(Coerce(points, List{List{0, 1}, List{5, 0.5}}),
            Value(List{List{0, 1.0}, List{5, 0.5}}));
  EXPECT_NE(Refusal(points, List{List{0.5, 1}}), "");
  EXPECT_NE(Refusal(points, List{List{-1, 1}}), "");
  EXPECT_NE(Refusal(points, List{List{0, -1}}), "");
  EXPECT_NE(Refusal(points, List{List{0}}), "");
  EXPECT_EQ(Refusal(points, 3),
            "expected a list of [tick, value] pairs, each value of at least 0, not 3");
}

TEST(CoerceTest, ChecksTheFormOfNestedSchedulers) {
  const Parameter schedulers = {.name = "schedulers", .kind = Kind::kSchedulers};
  const Value good = List{Map{{"type", "StepLR"}, {"step_size", 3}}};
  EXPECT_EQ(Coerce(schedulers, good), good);
  EXPECT_NE(Refusal(schedulers, List{}), "");
  EXPECT_NE(Refusal(schedulers, List{Map{{"step_size", 3}}}), "");
  EXPECT_NE(Refusal(schedulers, List{3}), "");
}

}  // namespace
}  // namespace lrsweep
