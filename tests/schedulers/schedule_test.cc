// Every type of the catalog against PyTorch (and the libraries that have what it lacks): the rates
// that a real optimizer applied, as tests/golden/make_schedules.py wrote them down.

#include "schedulers/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "schedulers/catalog.h"
#include "tests/support/golden_file.h"

namespace lrsweep {
namespace {

constexpr double kTolerance = 1e-12;  // of the schedule's largest rate

class GoldenTest : public testing::TestWithParam<std::string> {
 protected:
  /// Builds the case's schedule and compares it with what PyTorch's optimizer applied.
  static void ExpectPyTorchsRates(const GoldenCase& golden) {
    const Schedule schedule = BuildSchedule(
        golden.parameters, {.lr = golden.lr, .momentum = golden.momentum, .run_ticks = golden.run});
    double largest_lr = 0;
    double largest_momentum = 0;
    double lr_error = 0;
    double momentum_error = 0;
    double drift = 0;
    for (const GoldenRow& row : golden.rows) {
      const Rates rates = schedule(row.tick);
      largest_lr = std::max(largest_lr, row.lr);
      largest_momentum = std::max(largest_momentum, row.momentum);
      lr_error = std::max(lr_error, std::abs(rates.lr - row.fourth.value_or(row.lr)));
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
    EXPECT_EQ(golden.parameters.at("type"), Value(GetParam()));
    ASSERT_GE(golden.rows.size(), std::min<size_t>(20, golden.run));
    ExpectPyTorchsRates(golden);
  }
}

TEST(GoldenFilesTest, EveryTypeHasOneOfAtLeastSixCases) {
  ASSERT_FALSE(SchedulerTypes().empty());
  for (const SchedulerType& type : SchedulerTypes()) {
    EXPECT_GE(ReadGolden(type.name).size(), 6U)
        << "no golden cases of " << type.name << ": tests/golden/make_schedules.py makes them";
  }
}

std::vector<std::string> TypesThatDoNotListen() {
  std::vector<std::string> names;
  for (const SchedulerType& type : SchedulerTypes()) {
    if (!type.build_plateau) names.push_back(type.name);  // plateau_test.cc has the other one
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Schedules, GoldenTest, testing::ValuesIn(TypesThatDoNotListen()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace lrsweep
