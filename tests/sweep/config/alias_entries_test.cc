// Entries under `scheduler:` that have another library's name.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

SweepConfig Parse(const std::string& entry) {
  return ParseSweepConfig(
      "name: t\ntraining: {epochs: 2}\noptimizer: {lr: 0.1}\nscheduler:\n  - " + entry + "\n",
      "s.yaml");
}

std::string ErrorOf(const std::string& entry) {
  try {
    const SweepConfig config = Parse(entry);
    TrialScheduler(config.schedulers.at(0), config.schedulers.at(0).section);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(AliasEntriesTest, KeepTheirOwnParametersAsAxes) {
  const SweepConfig config =
      Parse("{type: transformers.linear, num_warmup_steps: {grid: [1, 5%]}}");
  const Entry& entry = config.schedulers.at(0);
  ASSERT_EQ(entry.axes.size(), 1U);
  EXPECT_EQ(entry.axes[0].path, "scheduler.num_warmup_steps");
  Map section = entry.section;
  section["num_warmup_steps"] = "5%";
  EXPECT_EQ(*Find(TrialScheduler(entry, section), "warmup.steps"), Value("5%"));
}

TEST(AliasEntriesTest, MayStandInAComposedSchedule) {
  EXPECT_EQ(ErrorOf("{type: SequentialLR, milestones: [1], schedulers: [{type: timm.constant}, "
                    "{type: timm.cosine, lr_min: 0.01}]}"),
            "no error");
  EXPECT_EQ(
      ErrorOf("{type: SequentialLR, milestones: [1], schedulers: [{type: timm.constant}, "
              "{type: transformers.linear, num_warmup_steps: 3, num_training_steps: 2}]}"),
      "s.yaml:5:148: scheduler: SequentialLR: schedulers.1: num_training_steps 2 is not above "
      "num_warmup_steps 3");
}

TEST(AliasEntriesTest, AskWhatAPlainWordMeans) {
  EXPECT_EQ(ErrorOf("{type: cosine}"),
            "s.yaml:5:12: scheduler.type: unknown scheduler \"cosine\"; did you mean "
            "CosineAnnealingLR (PyTorch), transformers.cosine or timm.cosine?");
  EXPECT_THAT(ErrorOf("{type: SequentialLR, milestones: [1], schedulers: [{type: ConstantLR}, "
                      "{type: step}]}"),
              HasSubstr("scheduler.schedulers.1.type: unknown scheduler \"step\"; did you mean "
                        "StepLR (PyTorch) or timm.step?"));
}

TEST(AliasEntriesTest, SayWhyAParameterIsNotTaken) {
  EXPECT_THAT(ErrorOf("{type: timm.cosine, noise_pct: 0.5}"),
              StartsWith("s.yaml:5:25: scheduler.noise_pct: timm.cosine does not take it: its "
                         "noise is random"));
  EXPECT_THAT(ErrorOf("{type: timm.cosine, t_in_epochs: false}"),
              HasSubstr("write interval: epoch or interval: step"));
  EXPECT_THAT(ErrorOf("{type: timm.plateau, warmup_t: 5}"), HasSubstr("once an epoch"));
  EXPECT_THAT(ErrorOf("{type: transformers.linear, last_epoch: 3}"), HasSubstr("tick 0"));
  EXPECT_EQ(ErrorOf("{type: transformers.linear, warmup: {steps: 3}}"),
            "s.yaml:5:33: scheduler.warmup: the warm-up of transformers.linear is "
            "num_warmup_steps");
  EXPECT_EQ(ErrorOf("{type: transformers.linear, warmup_steps: 3}"),
            "s.yaml:5:33: scheduler.warmup_steps: unknown transformers.linear parameter "
            "\"warmup_steps\"; did you mean \"num_warmup_steps\"?");
}

TEST(AliasEntriesTest, PointAtTheParameterThatContradictsAnother) {
  EXPECT_EQ(ErrorOf("{type: transformers.linear, num_training_steps: 5, num_warmup_steps: 5}"),
            "s.yaml:5:53: scheduler: transformers.linear: num_training_steps 5 is not above "
            "num_warmup_steps 5");
  EXPECT_EQ(ErrorOf("{type: timm.multistep, decay_t: [3, 2]}"),
            "s.yaml:5:37: scheduler: timm.multistep: decay_t must increase: 2 comes after 3");
}

TEST(AliasEntriesTest, TakeAWarmupWhereTheyHaveNone) {
  const SweepConfig config =
      Parse("{type: timm.plateau, patience_t: 3, warmup: {steps: 10, start_factor: 0}}");
  const Entry& entry = config.schedulers.at(0);
  const Map scheduler = TrialScheduler(entry, entry.section);
  EXPECT_EQ(*Find(scheduler, "type"), Value("ReduceLROnPlateau"));
  EXPECT_EQ(*Find(scheduler, "patience"), Value(3));
  EXPECT_EQ(*Find(scheduler, "mode"), Value("max"));
  EXPECT_EQ(*Find(scheduler, "warmup.steps"), Value(10));
}

}  // namespace
}  // namespace lrsweep
