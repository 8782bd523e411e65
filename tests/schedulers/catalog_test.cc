#include "schedulers/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
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
  EXPECT_THAT(
      Defaults("CosineAnnealingLR"),
      ElementsAre("T_max", "eta_min=0.0", "eta_min_ratio=null", "num_cycles=0.5", "k_decay=1.0"));
  EXPECT_THAT(Defaults("CyclicLR"),
              ElementsAre("base_lr", "max_lr", "step_size_up=2000.0", "step_size_down=null",
                          "mode=\"triangular\"", "gamma=1.0", "cycle_momentum=true",
                          "base_momentum=0.8", "max_momentum=0.9"));
  EXPECT_THAT(Defaults("MultiStepLR"), ElementsAre("milestones", "gamma=0.1"));
  EXPECT_THAT(Defaults("ConstantLR"), ElementsAre("factor=0.3333333333333333", "total_iters=5"));
  EXPECT_THAT(Defaults("LinearLR"),
              ElementsAre("start_factor=0.3333333333333333", "end_factor=1.0", "total_iters=5"));
  EXPECT_THAT(Defaults("ExponentialLR"), ElementsAre("gamma", "decay_steps=1", "staircase=false"));
  EXPECT_THAT(Defaults("PolynomialLR"),
              ElementsAre("total_iters=5", "power=1.0", "lr_end=0.0", "k_decay=1.0"));
  EXPECT_THAT(Defaults("CosineAnnealingWarmRestarts"),
              ElementsAre("T_0", "T_mult=1", "eta_min=0.0", "eta_min_ratio=null", "cycle_decay=1.0",
                          "cycle_limit=null", "k_decay=1.0"));
  EXPECT_THAT(Defaults("OneCycleLR"),
              ElementsAre("max_lr", "total_steps=null", "pct_start=0.3", "anneal_strategy=\"cos\"",
                          "cycle_momentum=true", "base_momentum=0.85", "max_momentum=0.95",
                          "div_factor=25.0", "final_div_factor=10000.0", "three_phase=false",
                          "epochs=null", "steps_per_epoch=null"));
  EXPECT_THAT(Defaults("ReduceLROnPlateau"),
              ElementsAre("metric=\"val_loss\"", "mode=\"min\"", "factor=0.1", "patience=10",
                          "threshold=1e-04", "threshold_mode=\"rel\"", "cooldown=0", "min_lr=0.0",
                          "eps=1e-08"));
  EXPECT_THAT(Defaults("SequentialLR"), ElementsAre("schedulers", "milestones"));
  EXPECT_THAT(Defaults("ChainedScheduler"), ElementsAre("schedulers"));
}

TEST(CatalogTest, DefaultsBeyondPyTorchAreTheirLibrariesForEver) {
  EXPECT_THAT(Defaults("WSD"),
              ElementsAre("num_warmup_steps", "num_decay_steps", "num_training_steps=\"run\"",
                          "num_stable_steps=null", "warmup_type=\"linear\"",
                          "decay_type=\"cosine\"", "min_lr_ratio=0.0", "num_cycles=0.5",
                          "decay_power=0.5", "decay_ratio=null", "cooldown_start_lr_factor=0.7"));
  EXPECT_THAT(Defaults("CosineWithHardRestarts"),
              ElementsAre("num_training_steps=\"run\"", "num_cycles=1", "eta_min=0.0",
                          "eta_min_ratio=null", "cycle_decay=1.0"));
  EXPECT_THAT(Defaults("REX"), ElementsAre("total_iters=\"run\"", "eta_min=0.0"));
  EXPECT_THAT(Defaults("InverseTimeDecay"),
              ElementsAre("decay_rate", "decay_steps=1", "staircase=false"));
  EXPECT_THAT(Defaults("PiecewiseConstant"), ElementsAre("milestones_values"));
  EXPECT_THAT(Defaults("InverseSqrt"), ElementsAre("num_warmup_steps", "timescale=null"));
  EXPECT_THAT(Defaults("PiecewiseLinear"), ElementsAre("milestones_values"));
  EXPECT_THAT(Defaults("LRRangeTest"),
              ElementsAre("start_lr=1e-07", "end_lr=10.0", "num_iter=100", "step_mode=\"exp\""));
  EXPECT_THAT(Defaults("Table"), ElementsAre("rates", "file=null"));
  EXPECT_THAT(Defaults("Formula"), ElementsAre("lr", "momentum=null", "params={}"));
}

TEST(CatalogTest, HasTypes) { EXPECT_GE(SchedulerTypes().size(), 17U); }

TEST(CatalogTest, EveryTypeHasAnIntervalAndMayHaveAWarmup) {
  for (const SchedulerType& type : SchedulerTypes()) {
    const std::vector<Parameter> common = CommonParameters(type);
    ASSERT_EQ(common.size(), 2U);
    EXPECT_EQ(common[0].name, "interval");
    EXPECT_EQ(common[0].default_value, Value(type.default_interval));
    EXPECT_EQ(common[1].name, "warmup");
    EXPECT_EQ(common[1].default_value, Value());
    EXPECT_EQ(ToJson(Coerce(common[1], Map{{"steps", 100}})),
              R"({"power":null,"shape":"linear","start_factor":0.3333333333333333,"steps":100})");
  }
}

TEST(CatalogTest, EveryTypeIsExplained) {
  for (const SchedulerType& type : SchedulerTypes()) {
    SCOPED_TRACE(type.name);
    for (const std::string& text : {type.summary, type.formula, type.source, type.example}) {
      EXPECT_FALSE(text.empty());
      EXPECT_NE(text.back(), '\n');
    }
    EXPECT_NE(type.example.find("type: " + type.name), std::string::npos);
  }
}

TEST(CatalogTest, EveryDefaultIsInItsParametersOwnTypeAndRange) {
  for (const SchedulerType& type : SchedulerTypes()) {
    EXPECT_FALSE(type.parameters.empty()) << type.name;
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
  EXPECT_EQ(Type("CosineAnnealingWarmRestarts").default_interval, "epoch");
  EXPECT_EQ(Type("ReduceLROnPlateau").default_interval, "epoch");
  for (const char* type : {"CyclicLR", "OneCycleLR", "LRRangeTest", "InverseSqrt", "WSD"}) {
    EXPECT_EQ(Type(type).default_interval, "step") << type;
  }
}

TEST(CatalogTest, FindsNoTypeThatItDoesNotHave) { EXPECT_EQ(FindSchedulerType("steplr"), nullptr); }

TEST(CatalogTest, APlateauListensOncePerEpoch) {
  const Parameter interval = CommonParameters(Type("ReduceLROnPlateau"))[0];
  EXPECT_THAT(interval.choices, ElementsAre("epoch"));
  EXPECT_TRUE(BuildPlateau({{"type", "ReduceLROnPlateau"}}, {.lr = 0.1}).has_value());
  EXPECT_FALSE(BuildPlateau({{"type", "ExponentialLR"}, {"gamma", 0.5}}, {}).has_value());
}

TEST(CatalogTest, StandsForAPlateauByItsInitialRate) {
  EXPECT_EQ(RatesAt(1000, {{"type", "ReduceLROnPlateau"}}, {.lr = 0.1}).lr, 0.1);
}

TEST(CatalogTest, TypesWithRatesOfTheirOwnOverrideTheOptimizers) {
  EXPECT_THAT(Type("StepLR").overrides({}), IsEmpty());
  EXPECT_THAT(Type("CosineAnnealingLR").overrides({}), IsEmpty());
  EXPECT_THAT(Type("CyclicLR").overrides({}),
              UnorderedElementsAre("optimizer.lr", "optimizer.momentum", "scheduler.gamma"));
}

TEST(CatalogTest, OneCycleLrAndTheTablesOverrideTheOptimizersRate) {
  EXPECT_THAT(Type("OneCycleLR").overrides({{"max_lr", 0.1}}),
              UnorderedElementsAre("optimizer.lr", "optimizer.momentum"));
  EXPECT_THAT(
      Type("OneCycleLR").overrides({{"max_lr", 0.1}, {"cycle_momentum", false}}),
      UnorderedElementsAre("optimizer.lr", "scheduler.base_momentum", "scheduler.max_momentum"));
  EXPECT_THAT(Type("LRRangeTest").overrides({}), ElementsAre("optimizer.lr"));
  EXPECT_THAT(Type("PiecewiseLinear").overrides({}), ElementsAre("optimizer.lr"));
}

TEST(CatalogTest, WsdUsesItsTotalOnlyWhereTheStableStepsAreOpen) {
  EXPECT_THAT(Type("WSD").overrides({{"num_stable_steps", 5}}),
              testing::Contains("scheduler.num_training_steps"));
}

TEST(CatalogTest, WsdUsesTheParametersOfItsDecayAlone) {
  const auto overridden = [](const char* decay_type) {
    return Type("WSD").overrides({{"decay_type", decay_type},
                                  {"decay_power", 2.0},
                                  {"decay_ratio", 0.5},
                                  {"cooldown_start_lr_factor", 0.9}});
  };
  EXPECT_THAT(overridden("cosine"), ElementsAre("scheduler.decay_power", "scheduler.decay_ratio",
                                                "scheduler.cooldown_start_lr_factor"));
  EXPECT_THAT(
      overridden("lowered_linear"),
      ElementsAre("scheduler.num_cycles", "scheduler.decay_power", "scheduler.decay_ratio"));
  EXPECT_THAT(overridden("power"), ElementsAre("scheduler.num_cycles", "scheduler.decay_ratio",
                                               "scheduler.cooldown_start_lr_factor"));
  EXPECT_THAT(Type("WSD").overrides({{"decay_type", "linear"}}),
              ElementsAre("scheduler.num_cycles"));
}

TEST(CatalogTest, OneCycleLrTakesEpochsAndStepsPerEpochAsPyTorchDoes) {
  const auto at = [](int64_t tick, const Map& more) {
    Map parameters = {{"type", "OneCycleLR"}, {"max_lr", 1.0}};
    parameters.insert(more.begin(), more.end());
    return RatesAt(tick, parameters, {.run_ticks = 100}).lr;
  };
  const Map by_product = {{"epochs", 2}, {"steps_per_epoch", 5}};
  for (int64_t tick = 0; tick < 12; ++tick) {
    EXPECT_EQ(at(tick, by_product), at(tick, {{"total_steps", 10}})) << tick;
  }
  EXPECT_EQ(at(9, {{"epochs", 2}, {"steps_per_epoch", 5}, {"total_steps", 50}}),
            at(9, {{"total_steps", 50}}));
  EXPECT_THAT(
      Type("OneCycleLR")
          .overrides({{"max_lr", 1.0}, {"total_steps", 50}, {"epochs", 2}, {"steps_per_epoch", 5}}),
      testing::IsSupersetOf({"scheduler.epochs", "scheduler.steps_per_epoch"}));
  EXPECT_EQ(Refusal({{"type", "OneCycleLR"}, {"max_lr", 0.1}, {"epochs", 3}}),
            "epochs needs steps_per_epoch beside it");
  EXPECT_EQ(Refusal({{"type", "OneCycleLR"}, {"max_lr", 0.1}, {"steps_per_epoch", 3}}),
            "steps_per_epoch needs epochs beside it");
  EXPECT_EQ(Type("OneCycleLR").spans(by_product, 100).front().parameter, "epochs");
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_LT(at(9, {{"epochs", most}, {"steps_per_epoch", most}}), 0.05);
}

Map Cycle() { return {{"type", "CyclicLR"}, {"base_lr", 0.1}, {"max_lr", 0.5}}; }
Map Decay() { return {{"type", "ExponentialLR"}, {"gamma", 0.5}}; }

TEST(CatalogTest, MembersOverrideTheirOwn) {
  EXPECT_THAT(Type("SequentialLR").overrides({{"schedulers", List{Cycle(), Decay()}}}),
              ElementsAre("scheduler.schedulers.0.gamma"));
  const Map inner = {
      {"type", "SequentialLR"}, {"schedulers", List{Cycle()}}, {"milestones", List{}}};
  EXPECT_THAT(
      Type("SequentialLR").overrides({{"schedulers", List{inner, Cycle()}}}),
      UnorderedElementsAre("scheduler.schedulers.0.schedulers.0.gamma",
                           "scheduler.schedulers.1.gamma", "optimizer.lr", "optimizer.momentum"));
}

/// In PyTorch the OneCycleLR, constructed second, sets the rate from which the line before it
/// counts.
TEST(CatalogTest, MembersOfSequentialLrCountFromTheOptimizersRateWhateverComesLater) {
  const Map scheduler = {
      {"type", "SequentialLR"},
      {"milestones", List{10}},
      {"schedulers", List{Map{{"type", "LinearLR"}, {"start_factor", 0.1}, {"total_iters", 10}},
                          Map{{"type", "OneCycleLR"}, {"max_lr", 0.1}, {"total_steps", 30}}}}};
  const ScheduleContext context = {.lr = 0.1, .momentum = 0.5, .run_ticks = 40};
  EXPECT_DOUBLE_EQ(RatesAt(0, scheduler, context).lr, 0.01);
  EXPECT_DOUBLE_EQ(RatesAt(5, scheduler, context).lr, 0.055);
  EXPECT_EQ(RatesAt(5, scheduler, context).momentum, 0.5);
  EXPECT_DOUBLE_EQ(RatesAt(10, scheduler, context).lr, 0.1 / 25);
  EXPECT_THAT(FindSchedulerType("SequentialLR")->formula, testing::HasSubstr("is not followed"));
}

TEST(CatalogTest, RunInSequentialLrIsTheMembersPartOfTheRun) {
  const Map line = {{"type", "PolynomialLR"}, {"total_iters", "run"}};
  const Map parameters = {
      {"type", "SequentialLR"}, {"schedulers", List{line, line}}, {"milestones", List{4}}};
  EXPECT_DOUBLE_EQ(RatesAt(2, parameters, {.lr = 0.8, .run_ticks = 20}).lr, 0.4);
  EXPECT_DOUBLE_EQ(RatesAt(4, parameters, {.lr = 0.8, .run_ticks = 20}).lr, 0.8);
  EXPECT_DOUBLE_EQ(RatesAt(12, parameters, {.lr = 0.8, .run_ticks = 20}).lr, 0.4);
  EXPECT_THROW(RatesAt(0, parameters, {.lr = 0.8, .run_ticks = 4}), std::invalid_argument);
}

TEST(CatalogTest, RunInChainedSchedulerIsTheWholeRun) {
  const Map line = {{"type", "PolynomialLR"}, {"total_iters", "run"}};
  const Map parameters = {{"type", "ChainedScheduler"}, {"schedulers", List{line, Decay()}}};
  EXPECT_DOUBLE_EQ(RatesAt(1, parameters, {.lr = 0.8, .run_ticks = 4}).lr, 0.8 * 0.75 * 0.5);
}

TEST(CatalogTest, OneCycleLrTakesTheRunUnlessToldOtherwise) {
  const Map parameters = {{"type", "OneCycleLR"}, {"max_lr", 1.0}};
  EXPECT_DOUBLE_EQ(RatesAt(2, parameters, {.run_ticks = 10}).lr, 1.0);
  EXPECT_NEAR(RatesAt(9, parameters, {.run_ticks = 10}).lr, 1 / 25e4, 1e-15);
}

TEST(CatalogTest, RefusesCompositionsWithTheReason) {
  const auto sequential = [](const List& members, const List& milestones) {
    return Refusal({{"type", "SequentialLR"}, {"schedulers", members}, {"milestones", milestones}});
  };
  const auto chained = [](const Map& member) {
    return Refusal({{"type", "ChainedScheduler"}, {"schedulers", List{Decay(), member}}});
  };
  EXPECT_EQ(sequential({Decay(), Decay()}, {5}), "");
  EXPECT_EQ(sequential({Decay(), Decay()}, {}),
            "milestones must be one fewer than schedulers: 0 with 2");
  EXPECT_EQ(sequential({Decay(), Decay(), Decay()}, {5, 5}),
            "milestones must increase: 5 comes after 5");
  EXPECT_EQ(sequential({Map{{"type", "ReduceLROnPlateau"}}}, {}),
            "schedulers.0: ReduceLROnPlateau cannot stand in SequentialLR: it follows a metric "
            "and has no clock of its own");
  EXPECT_EQ(sequential({Decay(), Map{{"type", "Step"}}}, {5}),
            "schedulers.1: scheduler type Step is not known");
  EXPECT_EQ(sequential({Map{{"type", "StepLR"}}}, {}), "schedulers.0: StepLR needs step_size");
  EXPECT_EQ(sequential({Map{{"type", "StepLR"}, {"step", 2}}}, {}),
            "schedulers.0: StepLR has no parameter step");
  EXPECT_EQ(sequential({Map{{"type", "ExponentialLR"}, {"gamma", 0.5}, {"interval", "step"}}}, {}),
            "schedulers.0: interval belongs to the whole schedule, not to a member");
  EXPECT_EQ(chained(Decay()), "");
  EXPECT_EQ(chained({{"type", "CosineAnnealingLR"}, {"T_max", 5}}),
            "schedulers.1: CosineAnnealingLR cannot stand in ChainedScheduler: its rate is no "
            "factor of the rate before, it depends on the path");
  EXPECT_EQ(chained({{"type", "ReduceLROnPlateau"}}),
            "schedulers.1: ReduceLROnPlateau cannot stand in ChainedScheduler: it follows a "
            "metric and has no clock of its own");
}

TEST(CatalogTest, RefusesContradictionsOfTheOtherTypes) {
  EXPECT_EQ(Refusal({{"type", "MultiStepLR"}, {"milestones", List{5, 3}}}),
            "milestones must increase: 3 comes after 5");
  EXPECT_EQ(Refusal({{"type", "OneCycleLR"}, {"max_lr", 0.1}, {"div_factor", 0.0}}),
            "OneCycleLR.div_factor: expected a number above 0, not 0.0");
  EXPECT_EQ(Refusal({{"type", "OneCycleLR"}, {"max_lr", 0.1}, {"base_momentum", 0.99}}),
            "base_momentum 0.99 is above max_momentum 0.95");
  EXPECT_EQ(Refusal({{"type", "ReduceLROnPlateau"}, {"factor", 1}}),
            "ReduceLROnPlateau.factor: expected a number of at least 0 and below 1, not 1");
  EXPECT_EQ(Refusal({{"type", "LRRangeTest"}, {"start_lr", 20}}),
            "start_lr 20.0 is above end_lr 10.0");
  EXPECT_EQ(Refusal({{"type", "PiecewiseLinear"},
                     {"milestones_values", List{List{3, 0.1}, List{3, 0.2}}}}),
            "milestones_values: ticks must increase: 3 comes after 3");
  EXPECT_EQ(
      Refusal({{"type", "WSD"},
               {"num_warmup_steps", 0},
               {"num_decay_steps", 5},
               {"decay_type", "exponential"}}),
      "decay_type: exponential falls by equal factors and never reaches min_lr_ratio 0: write "
      "a min_lr_ratio above 0, or a decay_ratio");
  EXPECT_EQ(Refusal({{"type", "WSD"},
                     {"num_warmup_steps", 0},
                     {"num_decay_steps", 5},
                     {"decay_type", "lowered_linear"},
                     {"min_lr_ratio", 0.8}}),
            "min_lr_ratio 0.8 is above cooldown_start_lr_factor 0.7");
  EXPECT_EQ(
      Refusal(
          {{"type", "CosineAnnealingLR"}, {"T_max", 5}, {"eta_min", 0.01}, {"eta_min_ratio", 0.1}}),
      "eta_min 0.01 and eta_min_ratio 0.1 are two lowest rates: write one of them");
  EXPECT_EQ(Refusal({{"type", "Table"}, {"rates", List{}}}), "rates needs at least one rate");
  EXPECT_EQ(Refusal({{"type", "CosineWithHardRestarts"}, {"num_cycles", 11}}),
            "num_cycles 11.0 is above num_training_steps 10.0");
  EXPECT_EQ(Refusal({{"type", "ChainedScheduler"},
                     {"schedulers", List{Map{{"type", "PolynomialLR"}, {"lr_end", 0.1}}}}}),
            "schedulers.0: lr_end must be 0 in ChainedScheduler, which multiplies shares of the "
            "optimizer's rate");
  EXPECT_EQ(Refusal({{"type", "WSD"}, {"num_warmup_steps", 8}, {"num_decay_steps", 8}}),
            "num_warmup_steps 8 and num_decay_steps 8 are more than num_training_steps 10");
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
            "base_lr 0.5 is above max_lr 0.1: the cycle would begin at its top and go down to "
            "max_lr, as in PyTorch; exchange the two");
  EXPECT_THAT(Type("CyclicLR").formula, testing::HasSubstr("base_lr above max_lr is refused"));
  EXPECT_EQ(
      Refusal({{"type", "CyclicLR"}, {"base_lr", 0.1}, {"max_lr", 0.5}, {"base_momentum", 0.95}}),
      "base_momentum 0.95 is above max_momentum 0.9");
}

TEST(CatalogTest, CheckFindsTheContradictionBeforeAnythingIsBuilt) {
  EXPECT_THROW(Type("CyclicLR").Check({{"base_lr", 0.5}, {"max_lr", 0.1}}), std::invalid_argument);
  EXPECT_NO_THROW(Type("CyclicLR").Check({{"base_lr", 0.1}, {"max_lr", 0.1}}));
  EXPECT_NO_THROW(Type("CosineAnnealingLR").Check({{"T_max", "run"}}));
}

TEST(CatalogTest, RefusesARunThatIsTooShort) {
  const Map test = {{"type", "LRRangeTest"}, {"num_iter", "run"}};
  EXPECT_THAT([&] { BuildSchedule(test, {.run_ticks = 0}); },
              testing::ThrowsMessage<std::invalid_argument>(
                  testing::StartsWith("num_iter: run: nothing of the run is left")));
  EXPECT_THAT([&] { BuildSchedule(test, {.run_ticks = 1}); },
              testing::ThrowsMessage<std::invalid_argument>(testing::AllOf(
                  testing::StartsWith("num_iter: run:"), testing::HasSubstr("at least 2"))));
}

TEST(CatalogTest, WsdWithItsStableStepsNeedsNothingOfTheRun) {
  const Map wsd = {
      {"type", "WSD"}, {"num_warmup_steps", 1}, {"num_decay_steps", 1}, {"num_stable_steps", 1}};
  EXPECT_DOUBLE_EQ(RatesAt(1, wsd, {.lr = 0.5, .run_ticks = 0}).lr, 0.5);
}

TEST(CatalogTest, RefusesWhatIsMissingUnknownOrOutOfRange) {
  EXPECT_EQ(Refusal({}), "a scheduler needs its type");
  EXPECT_EQ(Refusal({{"type", "Step"}}), "scheduler type Step is not known");
  EXPECT_EQ(Refusal({{"type", "StepLR"}}), "StepLR needs step_size");
  EXPECT_EQ(
      Refusal({{"type", "StepLR"}, {"step_size", 0}}),
      "StepLR.step_size: expected an integer of at least 1, run, or a share of it such as 20%, "
      "not 0");
  EXPECT_EQ(Refusal({{"type", "StepLR"}, {"step_size", 5}, {"gamma", "run"}}),
            "StepLR.gamma: expected a number above 0, not \"run\"");
}

}  // namespace
}  // namespace lrsweep
