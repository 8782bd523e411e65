// Every alias against the library that has it: the rates that a real optimizer had, as
// tests/golden/make_aliases.py wrote them down.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "schedulers/aliases/alias.h"
#include "schedulers/trial_schedule.h"
#include "tests/support/golden_file.h"

namespace lrsweep {
namespace {

constexpr double kTolerance = 1e-12;  // of the schedule's largest rate
constexpr int64_t kStepsPerEpoch = 3;

class AliasGoldenTest : public testing::TestWithParam<std::string> {
 protected:
  static void ExpectTheOriginalsRates(const GoldenCase& golden) {
    const bool per_step = golden.parameters.at("interval") == Value("step");
    const int64_t per_tick = per_step ? 1 : kStepsPerEpoch;
    TrialSchedule schedule(Translated(golden.parameters), golden.lr, golden.momentum,
                           {.epochs = golden.run, .steps_per_epoch = per_tick});
    double largest = 0;
    double error = 0;
    for (const GoldenRow& row : golden.rows) {
      for (const int64_t step : {row.tick * per_tick, (row.tick + 1) * per_tick - 1}) {
        const Rates rates = schedule.At(step);
        error = std::max(error, std::abs(rates.lr - row.lr));
        EXPECT_EQ(rates.momentum, row.momentum);
      }
      largest = std::max(largest, row.lr);
      if (row.fourth) schedule.OnEpochEnd(*row.fourth);
    }
    EXPECT_LE(error, kTolerance * largest) << ToJson(Translated(golden.parameters));
  }
};

TEST_P(AliasGoldenTest, GivesTheOriginalsRates) {
  const std::vector<GoldenCase> cases = ReadGolden("aliases/" + GetParam());
  ASSERT_GE(cases.size(), 6U);
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.line);
    EXPECT_EQ(golden.parameters.at("type"), Value(GetParam()));
    ASSERT_GE(golden.rows.size(), 20U);
    ExpectTheOriginalsRates(golden);
  }
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Alias& alias : Aliases()) names.push_back(alias.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Aliases, AliasGoldenTest, testing::ValuesIn(Names()),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace lrsweep
