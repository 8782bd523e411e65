// Every type of the catalog against PyTorch (and the libraries that have what it lacks): the rates
// that a real optimizer applied, as tests/golden/make_schedules.py and make_further_schedules.py
// wrote them down.

#include "schedulers/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "schedulers/catalog.h"
#include "tests/support/golden_file.h"

namespace lrsweep {
namespace {

constexpr double kTolerance = 1e-12;  // of the schedule's largest rate

class GoldenComparison {
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

using TypeAndParameter = std::pair<std::string, std::string>;

class FurtherGoldenTest : public testing::TestWithParam<TypeAndParameter>,
                          protected GoldenComparison {};

class GoldenTest : public testing::TestWithParam<std::string>, protected GoldenComparison {};

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

// Parameters that PyTorch's types lack, and types of other libraries' parameters.
TEST_P(FurtherGoldenTest, GivesTheRatesOfTheLibraryThatHasTheParameter) {
  const auto [type, parameter] = GetParam();
  int found = 0;
  for (const GoldenCase& golden : ReadGolden("FurtherParameters")) {
    if (golden.parameters.at("type") != Value(type) || golden.parameters.count(parameter) == 0) {
      continue;
    }
    SCOPED_TRACE(golden.line);
    ++found;
    ExpectPyTorchsRates(golden);
  }
  EXPECT_GE(found, 6);
}

INSTANTIATE_TEST_SUITE_P(
    Schedules, FurtherGoldenTest,
    testing::Values(TypeAndParameter{"WSD", "decay_type"}, TypeAndParameter{"WSD", "decay_power"},
                    TypeAndParameter{"WSD", "decay_ratio"},
                    TypeAndParameter{"PolynomialLR", "lr_end"},
                    TypeAndParameter{"PolynomialLR", "k_decay"},
                    TypeAndParameter{"CosineAnnealingLR", "eta_min_ratio"},
                    TypeAndParameter{"CosineAnnealingLR", "num_cycles"},
                    TypeAndParameter{"CosineAnnealingLR", "k_decay"},
                    TypeAndParameter{"CosineAnnealingWarmRestarts", "cycle_decay"},
                    TypeAndParameter{"ExponentialLR", "staircase"},
                    TypeAndParameter{"OneCycleLR", "epochs"},
                    TypeAndParameter{"MultiStepLR", "milestones"}),
    [](const auto& tested) { return tested.param.first + "_" + tested.param.second; });

TEST(GoldenFilesTest, EveryDecayOfWsdHasSixCases) {
  std::map<std::string, int> cases;
  for (const char* file : {"WSD", "FurtherParameters"}) {
    for (const GoldenCase& golden : ReadGolden(file)) {
      const auto shape = golden.parameters.find("decay_type");
      if (shape != golden.parameters.end()) ++cases[ToJson(shape->second)];
    }
  }
  for (const char* shape :
       {"exponential", "square", "sqrt", "mirror_cosine", "lowered_linear", "power"}) {
    EXPECT_GE(cases["\"" + std::string(shape) + "\""], 6) << shape;
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
