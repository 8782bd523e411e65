#include "sweep/config/replicate_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

SweepConfig Parse(const std::string& rest) {
  return ParseSweepConfig(
      "name: r\n"
      "training: {epochs: 2, seed: {grid: [0, 1, 2]}}\n"
      "optimizer: {lr: 0.1}\n"
      "scheduler: {type: ConstantLR}\n" +
          rest,
      "s.yaml");
}

std::string ErrorOf(const std::string& rest) {
  try {
    Parse(rest);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ReplicateSectionTest, ARaceHasAConfidence) {
  EXPECT_FALSE(Parse("").race);
  EXPECT_FALSE(Parse("replicate: [seed]").race);
  EXPECT_FALSE(Parse("replicate: {axis: seed}").race);
  EXPECT_EQ(Parse("replicate: {axis: seed, race: {}}").race.value().confidence, 0.95);
  EXPECT_EQ(Parse("replicate: {axis: seed, race: {confidence: 0.9}}").race.value().confidence, 0.9);
}

TEST(ReplicateSectionTest, OnlySeedsAreRepeated) {
  EXPECT_THAT(ErrorOf("replicate: {axis: optimizer.lr, race: {}}"),
              StartsWith("s.yaml:5:19: replicate.axis: expected seed: trials that differ"));
  EXPECT_THAT(ErrorOf("replicate: {race: {}}"),
              StartsWith("s.yaml:5:12: replicate.axis: expected seed: "));
  EXPECT_THAT(ErrorOf("replicate: {axis: [seed]}"), HasSubstr("replicate.axis: expected seed: "));
}

TEST(ReplicateSectionTest, MistakesNameTheirPlace) {
  EXPECT_EQ(
      ErrorOf("replicate: {axis: seed, races: {}}"),
      "s.yaml:5:25: replicate: unknown replicate parameter \"races\"; did you mean \"race\"?");
  EXPECT_THAT(ErrorOf("replicate: {axis: seed, race: {confidence: 0.5}}"),
              StartsWith("s.yaml:5:44: replicate.race.confidence: expected a number "));
  EXPECT_THAT(ErrorOf("replicate: {axis: seed, race: {confidence: 1}}"),
              StartsWith("s.yaml:5:44: replicate.race.confidence: expected a number "));
  EXPECT_THAT(ErrorOf("replicate: {axis: seed, race: {confidenc: 0.9}}"),
              HasSubstr("did you mean \"confidence\"?"));
  EXPECT_THAT(ErrorOf("replicate: {axis: seed, race: true}"),
              StartsWith("s.yaml:5:31: replicate.race: expected a mapping"));
  EXPECT_THAT(ErrorOf("replicate: {axis: seed, race: {confidence: {grid: [0.9]}}}"),
              HasSubstr("one sweep has one race"));
}

TEST(ReplicateSectionTest, TheClockDecidesNoRace) {
  const std::string objective = "objective: {metric: \"seconds_to(val_accuracy, 0.9)\"}\n";
  EXPECT_THAT(ErrorOf(objective + "replicate: {axis: seed, race: {}}"),
              StartsWith("s.yaml:6:31: replicate.race: the objective seconds_to(val_accuracy, 0.9) "
                         "is measured by the clock"));
  EXPECT_EQ(ErrorOf(objective + "replicate: {axis: seed}"), "no error");
}

}  // namespace
}  // namespace lrsweep
