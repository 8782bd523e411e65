#include "params/option_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

enum class Shape { kLine, kCosine };

struct Options {
  int64_t length = 0;  // required
  double rate = 0.5;
  Shape shape = Shape::kCosine;
  bool twice = true;
  std::string metric = "loss";
  std::vector<int64_t> milestones = {3, 5};
  std::optional<double> down;
  int64_t total = 0;  // the run's length unless it is given
};

const OptionTable<Options>& Table() {
  static const OptionTable<Options> table = {
      {&Options::length, kRequired, {.name = "length", .range = AtLeast(1), .counts_ticks = true}},
      {&Options::rate, {.name = "rate", .range = Above(0)}},
      {&Options::shape, {{"line", Shape::kLine}, {"cosine", Shape::kCosine}}, {.name = "shape"}},
      {&Options::twice, {.name = "twice"}},
      {&Options::metric, {.name = "metric", .choices = {"loss", "accuracy"}}},
      {&Options::milestones, {.name = "milestones", .range = AtLeast(0), .counts_ticks = true}},
      {&Options::down, {.name = "down", .range = Between(0, 1)}},
      {&Options::total,
       {.name = "total", .default_value = Value(), .counts_ticks = true, .null_is_run = true}},
  };
  return table;
}

constexpr int64_t kRun = 20;

TEST(OptionTableTest, DerivesKindDefaultAndChoicesFromTheMember) {
  std::vector<std::string> rows;
  for (const Parameter& parameter : Table().parameters()) {
    const auto& value = parameter.default_value;
    rows.push_back(parameter.name + ": " + Describe(parameter) +
                   (value ? " = " + ToJson(*value) : ""));
  }
  EXPECT_THAT(rows,
              ElementsAre("length: an integer of at least 1, run, or a share of it such as 20%",
                          "rate: a number above 0 = 0.5", "shape: one of line, cosine = \"cosine\"",
                          "twice: true or false = true", "metric: one of loss, accuracy = \"loss\"",
                          "milestones: a list of integers, each of at least 0; ticks may be shares "
                          "of the run such as 50% = [3,5]",
                          "down: a number of at least 0 and at most 1 = null",
                          "total: an integer, run, or a share of it such as 20% = null"));
}

TEST(OptionTableTest, ReadsEveryMember) {
  const Options options = Table().Read({{"length", 7},
                                        {"rate", 0.25},
                                        {"shape", "line"},
                                        {"twice", false},
                                        {"metric", "accuracy"},
                                        {"milestones", List{1, 2}},
                                        {"down", 0.75},
                                        {"total", 9}},
                                       kRun);
  EXPECT_EQ(options.length, 7);
  EXPECT_EQ(options.rate, 0.25);
  EXPECT_EQ(options.shape, Shape::kLine);
  EXPECT_FALSE(options.twice);
  EXPECT_EQ(options.metric, "accuracy");
  EXPECT_THAT(options.milestones, ElementsAre(1, 2));
  EXPECT_EQ(options.down, 0.75);
  EXPECT_EQ(options.total, 9);
}

TEST(OptionTableTest, LeavesDefaultsWhereNothingIsWritten) {
  const Options options = Table().Read({{"length", 7}, {"unknown", 1}}, kRun);
  EXPECT_EQ(options.rate, 0.5);
  EXPECT_EQ(options.shape, Shape::kCosine);
  EXPECT_THAT(options.milestones, ElementsAre(3, 5));
  EXPECT_EQ(options.down, std::nullopt);
}

TEST(OptionTableTest, TakesTheRunsLengthForRunAndForNullWhereThatMeansIt) {
  EXPECT_EQ(Table().Read({{"length", "run"}}, kRun).length, kRun);
  EXPECT_EQ(Table().Read({{"length", 7}}, kRun).total, kRun);
  EXPECT_EQ(Table().Read({{"length", 7}, {"total", "run"}}, kRun).total, kRun);
}

TEST(OptionTableTest, TakesTicksOfTheRunForShares) {
  const Map parameters = {{"length", "30%"}, {"milestones", List{5, "58%", "run"}}};
  EXPECT_EQ(Table().Read(parameters, kRun).length, 6);
  EXPECT_THAT(Table().Read(parameters, kRun).milestones, ElementsAre(5, 11, 20));
  EXPECT_THAT(Table().Read(parameters, 50).milestones, ElementsAre(5, 29, 50));
}

TEST(OptionTableTest, RefusesAShareThatIsTooFewTicks) {
  const auto read = [] { Table().Read({{"length", "4%"}}, kRun); };
  EXPECT_THAT(read, ThrowsMessage<std::invalid_argument>(
                        "length: 4%: that is 0 of the 20 ticks that the schedule has, expected an "
                        "integer of at least 1; a larger share or more epochs give more"));
}

TEST(OptionTableTest, RefusesARunOfNoTicks) {
  EXPECT_THAT(
      [] {
        Table().Read({{"length", "run"}}, 0);
      },
      ThrowsMessage<std::invalid_argument>(StartsWith("length: run: nothing")));
}

TEST(OptionTableTest, RefusesAValueOfAnotherType) {
  EXPECT_THAT(
      [] {
        Table().Read({{"length", 7}, {"rate", "much"}}, kRun);
      },
      ThrowsMessage<std::invalid_argument>(HasSubstr("a number, not a text")));
}

TEST(OptionTableTest, ChecksTheRangesOfOptionsThatWereSetInCode) {
  Options options;
  EXPECT_THAT([&] { Table().RequireInRange(options); },
              ThrowsMessage<std::invalid_argument>(StartsWith("length: expected an integer")));
  options.length = 1;
  EXPECT_NO_THROW(Table().RequireInRange(options));
  options.down = 1.5;
  EXPECT_THAT([&] { Table().RequireInRange(options); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("down: expected a number")));
}

TEST(RequireIncreasingTest, RefusesEqualTicks) {
  EXPECT_NO_THROW(RequireIncreasing("milestones", {1, 2, 9}));
  EXPECT_NO_THROW(RequireIncreasing("milestones", {}));
  EXPECT_THROW(RequireIncreasing("milestones", {1, 2, 2}), std::invalid_argument);
}

TEST(RequireOrderTest, RefusesALowAboveTheHighAndNan) {
  EXPECT_NO_THROW(RequireOrder("low", 1, "high", 1));
  EXPECT_THROW(RequireOrder("low", 2, "high", 1), std::invalid_argument);
  EXPECT_THROW(RequireOrder("low", std::numeric_limits<double>::quiet_NaN(), "high", 1),
               std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
