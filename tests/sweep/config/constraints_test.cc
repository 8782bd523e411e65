#include "sweep/config/constraints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

std::string Text(const std::string& rest) {
  return "name: t\ntraining: {epochs: 2, seed: {grid: [0, 1]}}\noptimizer: {lr: {grid: [1, 2]}, "
         "momentum: {uniform: [0, 1]}}\nscheduler: {type: StepLR, step_size: 5, gamma: {grid: "
         "[0.1, 0.2]}}\nsearch: {sampler: random}\n" +
         rest + "\n";
}

std::string ErrorOf(const std::string& rest) {
  try {
    ParseSweepConfig(Text(rest), "s.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ConstraintsTest, AreReadWithTheirPlaces) {
  const SweepConfig config = ParseSweepConfig(
      Text("exclude: [\"lr > 1\", \"gamma < 0.2\"]\nzip: [[optimizer.lr, scheduler.gamma]]"),
      "s.yaml");
  ASSERT_EQ(config.exclusions.size(), 2U);
  EXPECT_EQ(config.exclusions[1].text, "gamma < 0.2");
  EXPECT_EQ(config.exclusions[1].at.column, 21);
  ASSERT_EQ(config.zips.size(), 1U);
  EXPECT_TRUE(config.zips[0].Has("scheduler.gamma"));
  EXPECT_FALSE(config.zips[0].Has("optimizer.momentum"));
}

TEST(ConstraintsTest, MistakesHaveTheirPlaceAndASentence) {
  const std::string zip_form =
      "zip: expected a list of lists of axes, as in [[optimizer.lr, scheduler.gamma]]";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"exclude: lr > 1",
       "s.yaml:6:10: exclude: expected a list of conditions in quotes, as in "
       "[\"scheduler.eta_min >= optimizer.lr\"]"},
      {"exclude: [{lr: 1}]",
       "s.yaml:6:11: exclude: expected a list of conditions in quotes, as in "
       "[\"scheduler.eta_min >= optimizer.lr\"]"},
      {"zip: optimizer.lr", "s.yaml:6:6: " + zip_form},
      {"zip: [optimizer.lr, scheduler.gamma]", "s.yaml:6:7: " + zip_form},
      {"zip: [[optimizer.lr]]", "s.yaml:6:7: zip: at least two axes go together"},
      {"zip: [[optimizer.lr, scheduler.gama]]",
       "s.yaml:6:22: zip: unknown axis \"scheduler.gama\"; did you mean \"scheduler.gamma\"?"},
      {"zip: [[optimizer.lr, optimizer.momentum]]",
       "s.yaml:6:22: zip: optimizer.momentum is sampled; what goes together is written {grid: "
       "[...]}"},
      {"zip: [[optimizer.lr, training.seed]]",
       "s.yaml:6:22: zip: training.seed cannot be zipped: trials that differ in the seed alone are "
       "one group"},
      {"zip: [[optimizer.lr, optimizer.lr]]",
       "s.yaml:6:22: zip: optimizer.lr stands in a zip already"},
  };
  for (const auto& [rest, error] : cases) EXPECT_EQ(ErrorOf(rest), error) << rest;
}

}  // namespace
}  // namespace lrsweep
