#include "sweep/search/rung_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "params/errors.h"
#include "sweep/search/lint.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kImages = 6400;  // a hundred steps

std::string Yaml(const std::string& scheduler, const std::string& rungs = "shortened") {
  return "name: t\ntraining: {epochs: 20}\noptimizer: {lr: 0.1}\nscheduler: " + scheduler +
         "\npruner: {type: SuccessiveHalving, grace_period: 2, rungs: " + rungs + "}\n";
}

std::vector<std::string> Findings(const std::string& scheduler,
                                  const std::string& rungs = "shortened") {
  return Lint(SearchSpace(ParseSweepConfig(Yaml(scheduler, rungs), "s.yaml")), kImages);
}

TEST(RungFindingsTest, NumberOfTicksIsCutAndItsShareIsNamed) {
  EXPECT_THAT(Findings("{type: StepLR, step_size: 4}"),
              ElementsAre(HasSubstr("StepLR: step_size is 4 epochs whatever the budget, so the "
                                    "schedule is cut on the rungs of 2 and 6 epochs, not "
                                    "shortened: write it as 20%, which follows the run (trial")));
  EXPECT_THAT(Findings("{type: CosineAnnealingLR, T_max: 20}"),
              ElementsAre(HasSubstr("T_max is 20 epochs whatever the budget, so the schedule is "
                                    "cut on the rungs of 2 and 6 epochs, not shortened: write it "
                                    "as run, which follows the run (trial")));
}

TEST(RungFindingsTest, MembersAndWarmUpsCountToo) {
  EXPECT_THAT(Findings("{type: CosineAnnealingLR, T_max: run, interval: step, "
                       "warmup: {steps: 150}}"),
              ElementsAre(HasSubstr("warmup.steps is 150 steps whatever the budget")));
  EXPECT_THAT(Findings("{type: StepLR, step_size: 5, warmup: {steps: 300}}"),
              ElementsAre(HasSubstr("warmup.steps is 300 steps whatever the budget"),
                          HasSubstr("step_size is 5 epochs whatever the budget"),
                          HasSubstr("on the rung of 2 epochs: the warm-up of 300 steps does not "
                                    "end within the run of 200 steps")));
  EXPECT_THAT(Findings("{type: SequentialLR, milestones: [50%], schedulers: "
                       "[{type: ConstantLR, factor: 1.0, total_iters: run}, "
                       "{type: LinearLR, start_factor: 1.0, end_factor: 0.1, total_iters: 10}]}"),
              ElementsAre(HasSubstr("schedulers.1.total_iters is 10 epochs whatever the budget")));
}

TEST(RungFindingsTest, SharesAndConstantRatesShrink) {
  EXPECT_THAT(Findings("{type: StepLR, step_size: 50%}"), IsEmpty());
  EXPECT_THAT(Findings("{type: ConstantLR, factor: 1.0}"), IsEmpty());
  EXPECT_THAT(Findings("{type: CosineAnnealingLR, T_max: run, interval: step, "
                       "warmup: {steps: 5%}}"),
              IsEmpty());
}

TEST(RungFindingsTest, ScheduleThatARungCannotHaveIsAnErrorWithItsPlace) {
  try {
    Findings("{type: StepLR, step_size: 20%}");
    FAIL() << "20% of 2 epochs is none";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("s.yaml:4:"));
    EXPECT_THAT(error.what(), HasSubstr("(on the pruner's rung of 2 epochs: count in steps by "
                                        "interval: step, or raise pruner.grace_period)"));
  }
}

TEST(RungFindingsTest, TruncatedRungsSayWhichSchedulesAreJudgedTooEarly) {
  EXPECT_THAT(Findings("[{type: CosineAnnealingLR, T_max: 20}, {type: ConstantLR, factor: 1.0}]",
                       "truncated"),
              ElementsAre(HasSubstr("after epoch 2 the rates of CosineAnnealingLR have most of "
                                    "their fall before them, those of ConstantLR have not")));
  EXPECT_THAT(
      Findings("[{type: ExponentialLR, gamma: 1.0}, {type: ConstantLR, factor: 1.0}]", "truncated"),
      IsEmpty());
}

}  // namespace
}  // namespace lrsweep
