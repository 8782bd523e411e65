#include "sweep/config/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

std::string Text(const std::string& optimizer, const std::string& scheduler,
                 const std::string& search = "{sampler: random}",
                 const std::string& training = "{epochs: 2}") {
  return "name: t\ntraining: " + training + "\noptimizer: " + optimizer +
         "\nscheduler: " + scheduler + "\nsearch: " + search + "\n";
}

const char kStep[] = "{type: StepLR, step_size: 5}";

Axis AxisOf(const std::string& optimizer) {
  const SweepConfig config = ParseSweepConfig(Text(optimizer, kStep), "s.yaml");
  return config.optimizers.at(0).axes.at(0);
}

std::string ErrorOf(const std::string& text) {
  try {
    ParseSweepConfig(text, "s.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

/// The error of a learning rate, whose value begins at column 17 of line 3.
std::string ErrorOfLr(const std::string& lr) { return ErrorOf(Text("{lr: " + lr + "}", kStep)); }

TEST(DistributionTest, IsReadWithItsBounds) {
  const Axis axis = AxisOf("{lr: {loguniform: [1e-3, 1]}}");
  EXPECT_EQ(axis.path, "optimizer.lr");
  ASSERT_TRUE(axis.distribution);
  EXPECT_EQ(axis.distribution->name, "loguniform");
  EXPECT_EQ(axis.distribution->low, 0.001);
  EXPECT_EQ(axis.distribution->high, 1.0);
  EXPECT_TRUE(axis.distribution->is_log);
  EXPECT_TRUE(axis.distribution->is_real);
  EXPECT_EQ(axis.values, std::vector<Value>{0.001});
}

TEST(DistributionTest, IntegersHaveAnExclusiveUpperBound) {
  const SweepConfig config = ParseSweepConfig(
      Text("{lr: 0.1}", "{type: StepLR, step_size: {randint: [2, 10]}, gamma: 0.1}"), "s.yaml");
  const Distribution& read = *config.schedulers.at(0).axes.at(0).distribution;
  EXPECT_EQ(read.low, 2);
  EXPECT_EQ(read.high, 9);
  EXPECT_TRUE(read.is_integer);
  EXPECT_FALSE(read.is_real);
  EXPECT_EQ(config.schedulers.at(0).section.at("step_size"), Value(2));
}

TEST(DistributionTest, IntegersOfARealParameterAreReals) {
  EXPECT_TRUE(AxisOf("{lr: {randint: [1, 4]}}").distribution->is_real);
}

TEST(DistributionTest, ChoiceTakesAnyValuesAndKeepsRepeatedOnes) {
  const Axis axis = AxisOf("{lr: 0.1, nesterov: {choice: [false, true, false]}, momentum: 0.9}");
  EXPECT_EQ(axis.distribution->choices, (std::vector<Value>{false, true, false}));
  EXPECT_EQ(axis.values, (std::vector<Value>{false, true}));
  EXPECT_EQ(axis.repeated, 0U);
}

TEST(DistributionTest, MistakesHaveTheirPlaceAndASentence) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{uniform: [1, 0.1]}",
       "s.yaml:3:27: optimizer.lr: uniform needs [low, high] with low below high"},
      {"{uniform: [1, 1]}",
       "s.yaml:3:27: optimizer.lr: uniform needs [low, high] with low below high"},
      {"{uniform: [1]}", "s.yaml:3:27: optimizer.lr: uniform needs [low, high], not 1 values"},
      {"{uniform: [0.1, high]}",
       "s.yaml:3:33: optimizer.lr: uniform needs [low, high], each a number, as in {uniform: [0.1, "
       "1]}"},
      {"{loguniform: [0, 1]}",
       "s.yaml:3:31: optimizer.lr: loguniform needs bounds above 0, since it is uniform in their "
       "logarithm"},
      {"{uniform: [-1, 1]}",
       "s.yaml:3:28: optimizer.lr: expected a number of at least 0, not -1.0"},
      {"{quniform: [0.1, 1, 0]}", "s.yaml:3:37: optimizer.lr: quniform needs a q above 0"},
      {"{quniform: [0.15, 1, 0.1]}",
       "s.yaml:3:29: optimizer.lr: a bound of quniform is a multiple of its q, 0.1"},
      {"{quniform: [0.1, 1]}",
       "s.yaml:3:28: optimizer.lr: quniform needs [low, high, q], not 2 values"},
      {"{randint: [1, 2.5]}",
       "s.yaml:3:31: optimizer.lr: randint needs [low, high], each an integer, as in {randint: [2, "
       "10]}"},
      {"{lograndint: [0, 4]}",
       "s.yaml:3:31: optimizer.lr: lograndint needs bounds above 0, since it is uniform in their "
       "logarithm"},
      {"{choice: []}", "s.yaml:3:26: optimizer.lr: choice needs a list of at least one value"},
      {"{choice: [0.1, fast]}",
       "s.yaml:3:32: optimizer.lr: expected a number of at least 0, not \"fast\""},
      {"{choice: [{grid: [1]}]}", "s.yaml:3:27: optimizer.lr: a grid inside a grid"},
      {"{grid: [{uniform: [0, 1]}]}",
       "s.yaml:3:25: optimizer.lr: uniform inside a grid or a distribution"},
      {"{log_uniform_values: [0.1, 1]}",
       "s.yaml:3:17: optimizer.lr: expected a number of at least 0, not "
       "{\"log_uniform_values\":[0.1,1]}; to sample it write {loguniform: [low, high]}"},
      {"{min: 0.1, max: 1}",
       "s.yaml:3:17: optimizer.lr: expected a number of at least 0, not {\"max\":1,\"min\":0.1}; "
       "to "
       "sample it write {uniform: [low, high]}"},
      {"{loguniformm: [0.1, 1]}",
       "s.yaml:3:17: optimizer.lr: expected a number of at least 0, not "
       "{\"loguniformm\":[0.1,1]}; to sample it write {loguniform: [low, high]}"},
  };
  for (const auto& [lr, error] : cases) EXPECT_EQ(ErrorOfLr(lr), error) << lr;
}

TEST(DistributionTest, BoundsAreHeldAgainstTheParametersTypeAndRange) {
  const auto of_scheduler = [](const std::string& scheduler) {
    return ErrorOf(Text("{lr: 0.1}", scheduler));
  };
  EXPECT_EQ(of_scheduler("{type: StepLR, step_size: {uniform: [1, 4]}}"),
            "s.yaml:4:49: scheduler.step_size: uniform draws reals, but an integer is expected: "
            "write {randint: [low, high]}");
  EXPECT_THAT(of_scheduler("{type: StepLR, step_size: {randint: [0, 4]}}"),
              HasSubstr("s.yaml:4:49: scheduler.step_size: expected an integer of at least 1"));
  EXPECT_EQ(of_scheduler("{type: StepLR, step_size: 5, interval: {uniform: [0, 1]}}").find("4:"),
            std::string("s.yaml:").size());
  EXPECT_THAT(ErrorOf(Text("{type: Adam, lr: 0.1, eps: {uniform: [-1, 1]}}", kStep)),
              HasSubstr("s.yaml:3:50: optimizer.eps: expected a number"));
}

TEST(DistributionTest, NeedsASamplerThatDraws) {
  EXPECT_EQ(ErrorOf(Text("{lr: {uniform: [0.1, 1]}}", kStep, "{sampler: grid}")),
            "s.yaml:3:27: optimizer.lr: uniform needs a sampler that draws from it: write search: "
            "{sampler: random, trials: 64}, or sobol; a grid takes {grid: [...]}");
}

TEST(DistributionTest, CannotGiveTheSeedNorWhatASweepHasOnce) {
  EXPECT_THAT(ErrorOf(Text("{lr: 0.1}", kStep, "{sampler: random}",
                           "{epochs: 2, seed: {randint: [0, 9]}}")),
              HasSubstr("training.seed: it cannot be sampled, since each point is trained with "
                        "each seed"));
  EXPECT_THAT(ErrorOf(Text("{lr: 0.1}", kStep, "{sampler: random, trials: {randint: [1, 9]}}")),
              HasSubstr("search.trials: cannot be swept"));
}

TEST(DistributionTest, StandsInComposedSchedulesAndInAProgramsParameters) {
  const SweepConfig config = ParseSweepConfig(
      "name: t\n"
      "trial: {command: [train], metrics: {loss: min}}\n"
      "params: {width: {lograndint: [16, 1024]}, inner: {drop: {quniform: [0, 0.5, 0.1]}},\n"
      "         init: {uniform: 0.5}, other: {choice: [1], more: 2}}\n"
      "training: {epochs: 2}\n"
      "optimizer: {lr: 0.1}\n"
      "scheduler: {type: SequentialLR, milestones: [1], schedulers: [{type: ConstantLR}, "
      "{type: StepLR, step_size: 1, gamma: {uniform: [0.1, 1]}}]}\n"
      "search: {sampler: sobol}\n",
      "s.yaml");
  ASSERT_EQ(config.axes.size(), 2U);
  EXPECT_EQ(config.axes[0].path, "params.width");
  EXPECT_FALSE(config.axes[0].distribution->is_real);
  EXPECT_EQ(config.axes[1].path, "params.inner.drop");
  EXPECT_TRUE(config.axes[1].distribution->is_real);
  EXPECT_EQ(config.schedulers.at(0).axes.at(0).path, "scheduler.schedulers.1.gamma");
  // A program's own parameters may have the names of distributions.
  EXPECT_EQ(*Find(config.fixed, "params.init.uniform"), Value(0.5));
  EXPECT_EQ(*Find(config.fixed, "params.other.more"), Value(2));
}

}  // namespace
}  // namespace lrsweep
