// The entries under `optimizer:`, from YAML to trials.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/trial_text.h"
#include "sweep/search/search_space.h"
#include "sweep/search/trial_shape.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const char kStep[] = "{type: StepLR, step_size: 5}";
const char kCyclic[] = "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, cycle_momentum: true}";

SearchSpace SpaceOf(const std::string& optimizer, const std::string& scheduler = kStep) {
  return SearchSpace(ParseSweepConfig("name: t\ntraining: {epochs: 2}\noptimizer: " + optimizer +
                                          "\nscheduler: " + scheduler + "\n",
                                      "s.yaml"));
}

Map OptimizerSection(const std::string& optimizer, const std::string& scheduler = kStep) {
  return std::get<Map>(SpaceOf(optimizer, scheduler).At(0).params.at("optimizer"));
}

std::string ErrorOf(const std::string& optimizer) {
  try {
    SpaceOf(optimizer);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

// The defaults of torch.optim 2.15; SGD's lr is required here, as it was until PyTorch 2.0.
TEST(OptimizerEntriesTest, DefaultsArePyTorchs) {
  EXPECT_EQ(ToJson(OptimizerSection("{lr: 0.1}")),
            R"({"dampening":0.0,"lr":0.1,"momentum":0.0,"nesterov":false,"type":"SGD",)"
            R"("weight_decay":0.0})");
  EXPECT_EQ(ToJson(OptimizerSection("{type: Adam}")),
            R"({"betas":[0.9,0.999],"eps":1e-08,"lr":0.001,"type":"Adam","weight_decay":0.0})");
  EXPECT_EQ(ToJson(OptimizerSection("{type: AdamW}")),
            R"({"betas":[0.9,0.999],"eps":1e-08,"lr":0.001,"type":"AdamW","weight_decay":0.01})");
}

TEST(OptimizerEntriesTest, SeveralEntriesAreAlternativesWithAxesOfTheirOwn) {
  const SearchSpace space =
      SpaceOf("[{type: SGD, lr: {grid: [0.1, 0.2]}}, {type: AdamW, lr: 0.001}]");
  ASSERT_EQ(space.size(), 3U);
  EXPECT_THAT(ShortText(space.At(1)), HasSubstr("lr=0.2"));
  EXPECT_THAT(ShortText(space.At(2)), HasSubstr("optimizer=AdamW"));
}

TEST(OptimizerEntriesTest, ParametersOfAnotherTypeAreRefused) {
  EXPECT_THAT(ErrorOf("{lr: 0.1, betas: [0.9, 0.99]}"),
              StartsWith("s.yaml:3:22: optimizer.betas: unknown SGD parameter \"betas\""));
  EXPECT_THAT(ErrorOf("{type: Adam, momentum: 0.9}"),
              HasSubstr("optimizer.momentum: unknown Adam parameter"));
}

TEST(OptimizerEntriesTest, UnknownTypesNameTheNearest) {
  EXPECT_THAT(ErrorOf("{type: adam, lr: 0.1}"),
              StartsWith("s.yaml:3:19: optimizer.type: unknown optimizer \"adam\"; did you mean "
                         "\"Adam\"?"));
  EXPECT_THAT(ErrorOf("{type: {grid: [SGD, Adam]}, lr: 0.1}"),
              HasSubstr("write several types as several entries"));
}

TEST(OptimizerEntriesTest, BetasAreAPairBelowOne) {
  for (const char* betas : {"0.9", "[0.9]", "[0.9, 1]", "[-0.1, 0.9]", "[0.9, 0.9, 0.9]"}) {
    EXPECT_THAT(ErrorOf(std::string("{type: Adam, betas: ") + betas + "}"),
                HasSubstr("optimizer.betas: expected a pair of numbers [a, b], each of at least 0 "
                          "and below 1"))
        << betas;
  }
}

TEST(OptimizerEntriesTest, NesterovNeedsMomentumAndNoDampening) {
  EXPECT_THAT(ErrorOf("{lr: 0.1, nesterov: true}"),
              StartsWith("s.yaml:3:32: optimizer: SGD: nesterov needs a momentum above 0"));
  EXPECT_THAT(ErrorOf("{lr: 0.1, momentum: {grid: [0.9, 0]}, nesterov: true}"),
              HasSubstr("nesterov needs a momentum above 0"));
  EXPECT_THAT(ErrorOf("{lr: 0.1, momentum: 0.9, dampening: 0.1, nesterov: true}"),
              HasSubstr("nesterov needs a dampening of 0"));
  EXPECT_EQ(ErrorOf("{lr: 0.1, momentum: 0.9, nesterov: true}"), "no error");
}

TEST(OptimizerEntriesTest, AScheduleThatCyclesTheMomentumServesForNesterov) {
  EXPECT_EQ(ToJson(OptimizerSection("{nesterov: true}", kCyclic)),
            R"({"dampening":0.0,"nesterov":true,"type":"SGD","weight_decay":0.0})");
}

TEST(OptimizerEntriesTest, CycledMomentumTakesThePlaceOfTheFirstBeta) {
  const SearchSpace space =
      SpaceOf("{type: Adam, betas: {grid: [[0.9, 0.99], [0.8, 0.99]]}}", kCyclic);
  ASSERT_EQ(space.size(), 1U);
  EXPECT_EQ(ToJson(*Find(space.At(0).params, "optimizer.betas")), "[null,0.99]");
  EXPECT_EQ(MomentumOf(space.At(0).params), 0);
}

TEST(OptimizerEntriesTest, AdamsFirstBetaIsTheMomentumOfTheSchedule) {
  const SearchSpace space = SpaceOf("{type: Adam, betas: [0.85, 0.99]}");
  EXPECT_EQ(ScheduleOf(space.At(0), 640).At(0).momentum, 0.85);
}

TEST(OptimizerEntriesTest, WritingADefaultOutChangesNoId) {
  EXPECT_EQ(SpaceOf("{type: SGD, lr: 0.1, dampening: 0, nesterov: false}").At(0).id,
            SpaceOf("{lr: 0.1}").At(0).id);
  EXPECT_EQ(SpaceOf("{type: AdamW, lr: 0.001, weight_decay: 0.01}").At(0).id,
            SpaceOf("{type: AdamW}").At(0).id);
  EXPECT_NE(SpaceOf("{type: AdamW, weight_decay: 0}").At(0).id, SpaceOf("{type: Adam}").At(0).id);
}

}  // namespace
}  // namespace lrsweep
