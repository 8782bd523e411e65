#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "schedulers/catalog.h"
#include "schedulers/compose.h"
#include "schedulers/cosine.h"
#include "schedulers/cyclic.h"
#include "schedulers/decay.h"

namespace lrsweep {
namespace {

constexpr double kTolerance = 1e-12;  // of the schedule's largest rate

struct GoldenRow {
  int64_t tick = 0;
  double lr = 0;
  double momentum = 0;
  std::optional<double> closed_form_lr;
};

/// One case of a file that tests/golden/make_schedules.py made; the format is described there.
struct GoldenCase {
  std::string line;
  Map parameters;
  ScheduleContext context;
  std::optional<double> drift;
  std::vector<GoldenRow> rows;
};

template <typename Number>
std::optional<Number> ParseAll(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

Value ParseValue(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (const auto integer = ParseAll<int64_t>(text)) return *integer;
  if (const auto real = ParseAll<double>(text)) return *real;
  return text;
}

GoldenCase ParseCase(const std::string& line) {
  GoldenCase golden;
  golden.line = line;
  std::istringstream words(line);
  std::string word;
  std::string type;
  words >> word >> type;
  golden.parameters["type"] = type;
  while (words >> word) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string text = word.substr(equals + 1);
    if (name == "lr") {
      golden.context.lr = ParseAll<double>(text).value();
    } else if (name == "momentum") {
      golden.context.momentum = ParseAll<double>(text).value();
    } else if (name == "run") {
      golden.context.run_ticks = ParseAll<int64_t>(text).value();
    } else if (name == "drift") {
      golden.drift = ParseAll<double>(text).value();
    } else {
      golden.parameters[name] = ParseValue(text);
    }
  }
  return golden;
}

GoldenRow ParseRow(const std::string& line) {
  GoldenRow row;
  std::istringstream words(line);
  words >> row.tick >> row.lr >> row.momentum;
  double closed = 0;
  if (words >> closed) row.closed_form_lr = closed;
  return row;
}

std::vector<GoldenCase> ReadGolden(const std::string& type) {
  std::ifstream file(std::string(LRSWEEP_SOURCE_DIR) + "/tests/golden/" + type + ".txt");
  std::vector<GoldenCase> cases;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("case ")) {
      cases.push_back(ParseCase(line));
    } else {
      cases.back().rows.push_back(ParseRow(line));
    }
  }
  return cases;
}

class GoldenTest : public testing::TestWithParam<std::string> {
 protected:
  /// Builds the case's schedule and compares it with what PyTorch's optimizer applied.
  static void ExpectPyTorchsRates(const GoldenCase& golden) {
    const Schedule schedule = BuildSchedule(golden.parameters, golden.context);
    double largest_lr = 0;
    double largest_momentum = 0;
    double lr_error = 0;
    double momentum_error = 0;
    double drift = 0;
    for (const GoldenRow& row : golden.rows) {
      const Rates rates = schedule(row.tick);
      largest_lr = std::max(largest_lr, row.lr);
      largest_momentum = std::max(largest_momentum, row.momentum);
      lr_error = std::max(lr_error, std::abs(rates.lr - row.closed_form_lr.value_or(row.lr)));
      momentum_error = std::max(momentum_error, std::abs(rates.momentum - row.momentum));
      drift = std::max(drift, std::abs(rates.lr - row.lr));
    }
    EXPECT_LE(lr_error, kTolerance * largest_lr);
    EXPECT_LE(momentum_error, kTolerance * largest_momentum);
    EXPECT_LE(drift, golden.drift.value_or(kTolerance) * largest_lr);
  }
};

TEST_P(GoldenTest, GivesPyTorchsRates) {
  const std::vector<GoldenCase> cases = ReadGolden(GetParam());
  ASSERT_GE(cases.size(), 6U);
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    ASSERT_GE(golden.rows.size(), 20U);
    ExpectPyTorchsRates(golden);
  }
}

INSTANTIATE_TEST_SUITE_P(Schedules, GoldenTest,
                         testing::Values("StepLR", "CosineAnnealingLR", "CyclicLR"),
                         [](const auto& tested) { return tested.param; });

// The expected numbers below are worked out by hand.

TEST(StepLrTest, DecaysAtEveryBoundaryAndNotBefore) {
  const Schedule schedule = StepLr({.step_size = 3, .gamma = 0.5}, {.lr = 0.8, .momentum = 0.9});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.8);
  EXPECT_DOUBLE_EQ(schedule(3).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(5).lr, 0.4);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 0.2);
}

TEST(StepLrTest, RefusesAStepSizeBelowOne) {
  EXPECT_THROW(StepLr({.step_size = 0}, {.lr = 0.1}), std::invalid_argument);
}

TEST(CosineAnnealingLrTest, FallsToEtaMinAndClimbsBack) {
  const Schedule schedule = CosineAnnealingLr({.t_max = 4, .eta_min = 0.2}, {.lr = 1.0});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 1.0);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.6);  // halfway
  EXPECT_DOUBLE_EQ(schedule(4).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 0.6);
  EXPECT_DOUBLE_EQ(schedule(8).lr, 1.0);
}

TEST(CosineAnnealingLrTest, RefusesATMaxBelowOne) {
  EXPECT_THROW(CosineAnnealingLr({.t_max = 0}, {.lr = 0.1}), std::invalid_argument);
}

TEST(ScheduleTest, KeepsTheOptimizersMomentumWhereItIsNotCycled) {
  const Rates optimizer = {.lr = 0.1, .momentum = 0.7};
  EXPECT_EQ(StepLr({.step_size = 2}, optimizer)(5).momentum, 0.7);
  EXPECT_EQ(CosineAnnealingLr({.t_max = 2}, optimizer)(5).momentum, 0.7);
  const CyclicLrOptions fixed = {
      .max_lr = 1, .step_size_up = 4, .step_size_down = {}, .cycle_momentum = false};
  EXPECT_EQ(CyclicLr(fixed, 0.7)(5).momentum, 0.7);
}

/// Cycles of 4 + 4 ticks between 0 and 1, the momentum between 0.5 and 0.75.
CyclicLrOptions SmallCycle(CyclicMode mode, double gamma = 1.0) {
  CyclicLrOptions options;
  options.base_lr = 0;
  options.max_lr = 1;
  options.step_size_up = 4;
  options.mode = mode;
  options.gamma = gamma;
  options.base_momentum = 0.5;
  options.max_momentum = 0.75;
  return options;
}

TEST(CyclicLrTest, MovesTheMomentumAgainstTheRate) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kTriangular), 0);
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(0).momentum, 0.75);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(2).momentum, 0.625);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(4).momentum, 0.5);
  EXPECT_DOUBLE_EQ(schedule(7).lr, 0.25);
  EXPECT_DOUBLE_EQ(schedule(8).lr, 0);
  EXPECT_DOUBLE_EQ(schedule(12).lr, 1);
}

TEST(CyclicLrTest, HalvesThePeakWithEveryCycleOfTriangular2) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kTriangular2), 0);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(12).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(20).lr, 0.25);
  EXPECT_DOUBLE_EQ(schedule(20).momentum, 0.6875);
}

TEST(CyclicLrTest, StaysAtTheBaseOnceTriangular2HasHalvedToNothing) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kTriangular2), 0);
  const int64_t peak_of_cycle_2000 = 2000 * 8 + 4;  // PyTorch raises OverflowError
  EXPECT_EQ(schedule(peak_of_cycle_2000).lr, 0);
  EXPECT_EQ(schedule(peak_of_cycle_2000).momentum, 0.75);
}

TEST(CyclicLrTest, ShrinksByGammaWithEveryTickOfExpRange) {
  const Schedule schedule = CyclicLr(SmallCycle(CyclicMode::kExpRange, 0.5), 0);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.5 / 4);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1.0 / 16);
  EXPECT_DOUBLE_EQ(schedule(12).lr, 1.0 / 4096);
}

TEST(CyclicLrTest, FallsAsLongAsItRisesUnlessToldOtherwise) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  EXPECT_DOUBLE_EQ(CyclicLr(options, 0)(6).lr, 0.5);
  options.step_size_down = 12;
  EXPECT_DOUBLE_EQ(CyclicLr(options, 0)(10).lr, 0.5);
}

TEST(CyclicLrTest, RefusesBoundsInTheWrongOrder) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  options.base_lr = 2;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
  options = SmallCycle(CyclicMode::kTriangular);
  options.base_momentum = 0.9;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
  options.cycle_momentum = false;  // then the bounds are without effect
  EXPECT_NO_THROW(CyclicLr(options, 0));
}

TEST(CyclicLrTest, RefusesSizesThatAreNotPositive) {
  CyclicLrOptions options = SmallCycle(CyclicMode::kTriangular);
  options.step_size_up = 0;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
  options = SmallCycle(CyclicMode::kTriangular);
  options.step_size_down = -1;
  EXPECT_THROW(CyclicLr(options, 0), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
