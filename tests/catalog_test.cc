#include "schedulers/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const SchedulerType& Type(const std::string& name) { return *FindSchedulerType(name); }

/// "name=default" of each parameter; "name" alone where it must be written.
std::vector<std::string> Defaults(const std::string& type) {
  std::vector<std::string> all;
  for (const Parameter& parameter : Type(type).parameters) {
    const auto& value = parameter.default_value;
    all.push_back(parameter.name + (value ? "=" + ToJson(*value) : ""));
  }
  return all;
}

/// What the schedule gives at one tick.
Rates RatesAt(int64_t tick, const Map& parameters, const ScheduleContext& context = {}) {
  return BuildSchedule(parameters, context)(tick);
}

/// The message with which a schedule is refused, or "".
std::string Refusal(const Map& parameters) {
  try {
    BuildSchedule(parameters, {.lr = 0.1, .momentum = 0.9, .run_ticks = 10});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

// Trial ids leave out values equal to their default: a change here changes what stored ids mean.
TEST(CatalogTest, DefaultsArePyTorchsForEver) {
  EXPECT_THAT(Defaults("StepLR"), ElementsAre("step_size", "gamma=0.1"));
  EXPECT_THAT(Defaults("CosineAnnealingLR"), ElementsAre("T_max", "eta_min=0.0"));
  EXPECT_THAT(Defaults("CyclicLR"),
              ElementsAre("base_lr", "max_lr", "step_size_up=2000.0", "step_size_down=null",
                          "mode=\"triangular\"", "gamma=1.0", "cycle_momentum=true",
                          "base_momentum=0.8", "max_momentum=0.9"));
}

TEST(CatalogTest, EveryDefaultIsInItsParametersOwnTypeAndRange) {
  for (const SchedulerType& type : SchedulerTypes()) {
    for (const Parameter& parameter : type.parameters) {
      SCOPED_TRACE(type.name + "." + parameter.name);
      EXPECT_FALSE(parameter.help.empty());
      if (!parameter.default_value) continue;
      EXPECT_EQ(Coerce(parameter, *parameter.default_value), *parameter.default_value);
    }
  }
}

TEST(CatalogTest, IntervalsAreThosePyTorchDocuments) {
  EXPECT_EQ(Type("StepLR").default_interval, "epoch");
  EXPECT_EQ(Type("CosineAnnealingLR").default_interval, "epoch");
  EXPECT_EQ(Type("CyclicLR").default_interval, "step");
}

TEST(CatalogTest, FindsNoTypeThatItDoesNotHave) { EXPECT_EQ(FindSchedulerType("steplr"), nullptr); }

TEST(CatalogTest, OnlyCyclicLrOverridesTheOptimizer) {
  EXPECT_THAT(Type("StepLR").overrides({}), IsEmpty());
  EXPECT_THAT(Type("CosineAnnealingLR").overrides({}), IsEmpty());
  EXPECT_THAT(Type("CyclicLR").overrides({}),
              UnorderedElementsAre("optimizer.lr", "optimizer.momentum", "scheduler.gamma"));
}

TEST(CatalogTest, MomentumBoundsAreWithoutEffectWhereMomentumIsNotCycled) {
  EXPECT_THAT(Type("CyclicLR").overrides({{"cycle_momentum", false}}),
              UnorderedElementsAre("optimizer.lr", "scheduler.gamma", "scheduler.base_momentum",
                                   "scheduler.max_momentum"));
}

TEST(CatalogTest, GammaHasAnEffectInExpRange) {
  EXPECT_THAT(Type("CyclicLR").overrides({{"mode", "exp_range"}}),
              UnorderedElementsAre("optimizer.lr", "optimizer.momentum"));
}

TEST(CatalogTest, RunIsTheTrialsLengthAsAHorizon) {
  const Map parameters = {{"type", "CosineAnnealingLR"}, {"interval", "epoch"}, {"T_max", "run"}};
  EXPECT_DOUBLE_EQ(RatesAt(0, parameters, {.lr = 0.4, .run_ticks = 8}).lr, 0.4);
  EXPECT_DOUBLE_EQ(RatesAt(4, parameters, {.lr = 0.4, .run_ticks = 8}).lr, 0.2);
  EXPECT_DOUBLE_EQ(RatesAt(8, parameters, {.lr = 0.4, .run_ticks = 8}).lr, 0.0);
}

TEST(CatalogTest, ParametersThatAreLeftOutHaveTheirDefaults) {
  const Map parameters = {{"type", "StepLR"}, {"step_size", 2}};
  EXPECT_DOUBLE_EQ(RatesAt(2, parameters, {.lr = 1, .momentum = 0.9}).lr, 0.1);
}

TEST(CatalogTest, BuildsWithoutWhatIsOverridden) {
  const Map parameters = {{"type", "CyclicLR"},   {"base_lr", 0.0},         {"max_lr", 1.0},
                          {"step_size_up", 4.0},  {"step_size_down", {}},   {"mode", "triangular"},
                          {"base_momentum", 0.5}, {"cycle_momentum", true}, {"max_momentum", 0.7}};
  EXPECT_DOUBLE_EQ(RatesAt(4, parameters).lr, 1.0);
  EXPECT_DOUBLE_EQ(RatesAt(4, parameters).momentum, 0.5);
}

TEST(CatalogTest, RefusesABaseAboveItsMaximum) {
  EXPECT_EQ(Refusal({{"type", "CyclicLR"}, {"base_lr", 0.5}, {"max_lr", 0.1}}),
            "base_lr 0.5 is above max_lr 0.1");
  EXPECT_EQ(
      Refusal({{"type", "CyclicLR"}, {"base_lr", 0.1}, {"max_lr", 0.5}, {"base_momentum", 0.95}}),
      "base_momentum 0.95 is above max_momentum 0.9");
}

TEST(CatalogTest, CheckFindsTheContradictionBeforeAnythingIsBuilt) {
  EXPECT_THROW(Type("CyclicLR").check({{"base_lr", 0.5}, {"max_lr", 0.1}}), std::invalid_argument);
  EXPECT_NO_THROW(Type("CyclicLR").check({{"base_lr", 0.1}, {"max_lr", 0.1}}));
  EXPECT_NO_THROW(Type("CosineAnnealingLR").check({{"T_max", "run"}}));
}

TEST(CatalogTest, RefusesWhatIsMissingUnknownOrOutOfRange) {
  EXPECT_EQ(Refusal({}), "a scheduler needs its type");
  EXPECT_EQ(Refusal({{"type", "Step"}}), "scheduler type Step is not known");
  EXPECT_EQ(Refusal({{"type", "StepLR"}}), "StepLR needs step_size");
  EXPECT_EQ(Refusal({{"type", "StepLR"}, {"step_size", 0}}),
            "StepLR.step_size: expected an integer of at least 1, not 0");
  EXPECT_EQ(Refusal({{"type", "StepLR"}, {"step_size", "run"}}),
            "StepLR.step_size: expected an integer of at least 1, not \"run\"");
}

}  // namespace
}  // namespace lrsweep
