// Tests what a step of the CPU engine does to the weights, against the formulas of PyTorch's
// documentation in double precision. The gradient is the engine's own; cpu_torch_test.cc and the
// tests against PyTorch's losses check that.
#include "worker/cpu/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/engine_checks.h"
#include "worker/cpu/cpu_engine.h"

namespace lrsweep {
namespace {

Engine& OurEngine() {
  static const std::unique_ptr<Engine> engine = MakeCpuEngine();
  return *engine;
}

/// A model with one step per epoch.
TrainConfig OneStepConfig() { return Config(3, {20, 40}, 100); }

std::unique_ptr<Training> Start(const TrainConfig& config) {
  return OurEngine().Start(config, TinyDataset());
}

/// Returns the engine's gradient at these parameters, read from SGD's new momentum buffer.
std::vector<float> Gradient(const std::vector<float>& parameters) {
  const auto training = Start(OneStepConfig());
  TrainingState state = training->State();
  state.parameters = parameters;
  training->Restore(state);
  training->TrainEpoch({.lr = {0}, .momentum = {0.5}}, GoOn);
  return training->State().momentum;
}

/// Computes torch.optim.SGD's step for one parameter and its gradient. The buffer is NaN before its
/// first use.
struct Sgd {
  double lr, momentum, weight_decay, dampening;
  bool nesterov;

  void Step(double gradient, double& parameter, double& buffer) const {
    const double g = gradient + weight_decay * parameter;
    double step = g;
    if (momentum != 0) {
      buffer = std::isnan(buffer) ? g : momentum * buffer + (1 - dampening) * g;
      step = nesterov ? g + momentum * buffer : buffer;
    }
    parameter -= lr * step;
  }
};

void ExpectSgd(const Sgd& sgd) {
  TrainConfig config = OneStepConfig();
  config.weight_decay = sgd.weight_decay;
  config.dampening = sgd.dampening;
  config.nesterov = sgd.nesterov;
  const auto training = Start(config);
  auto now = training->State().parameters;
  std::vector<double> buffers(now.size(), std::numeric_limits<double>::quiet_NaN());
  for (int step = 0; step < 4; ++step) {
    const auto gradient = Gradient(now);
    std::vector<double> expected(now.begin(), now.end());
    for (size_t i = 0; i < now.size(); ++i) sgd.Step(gradient[i], expected[i], buffers[i]);
    training->TrainEpoch({.lr = {sgd.lr}, .momentum = {sgd.momentum}}, GoOn);
    now = training->State().parameters;
    EXPECT_LT(LargestDifference(now, expected), 1e-6) << step;
  }
}

TEST(CpuOptimizer, DecaysWeightsDampensAndLooksAheadAsPyTorchsSgdDoes) {
  ExpectSgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0, .dampening = 0, .nesterov = false});
  ExpectSgd({.lr = 0.1, .momentum = 0, .weight_decay = 0.1, .dampening = 0, .nesterov = false});
  ExpectSgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .dampening = 0, .nesterov = true});
  ExpectSgd({.lr = 0.1, .momentum = 0.8, .weight_decay = 0, .dampening = 0.5, .nesterov = false});
}

TEST(CpuOptimizer, KeepsNoSecondMomentOfSgd) {
  const auto training = Start(OneStepConfig());
  training->TrainEpoch(kRates, GoOn);
  EXPECT_TRUE(training->State().second_moment.empty());
  EXPECT_EQ(training->State().steps, 1);
}

/// Computes step t (from 1) of torch.optim.Adam or AdamW for one parameter, its gradient and its
/// moments.
void AdamStep(const TrainConfig& config, int t, double lr, double beta1, double gradient,
              double& parameter, double& mean, double& square) {
  if (config.optimizer == OptimizerType::kAdamW) {
    parameter *= 1 - lr * config.weight_decay;
  } else {
    gradient += config.weight_decay * parameter;
  }
  mean = beta1 * mean + (1 - beta1) * gradient;
  square = config.beta2 * square + (1 - config.beta2) * gradient * gradient;
  const double correction1 = 1 - std::pow(beta1, t);
  const double correction2 = 1 - std::pow(config.beta2, t);
  const double denominator = std::sqrt(square) / std::sqrt(correction2) + config.eps;
  parameter -= lr / correction1 * mean / denominator;
}

struct AdamSettings {
  OptimizerType optimizer;
  double lr, beta1, beta2, eps, weight_decay;
};

TrainConfig AdamConfig(const AdamSettings& settings) {
  TrainConfig config = OneStepConfig();
  config.optimizer = settings.optimizer;
  config.beta2 = settings.beta2;
  config.eps = settings.eps;
  config.weight_decay = settings.weight_decay;
  return config;
}

std::vector<double> ToDoubles(const std::vector<float>& values, size_t size) {
  return values.empty() ? std::vector<double>(size)
                        : std::vector<double>(values.begin(), values.end());
}

/// Checks each of 60 steps, starting from the engine's own state. beta1 changes by `cycle` a step,
/// as a cyclic schedule changes it.
void ExpectAdamSteps(const AdamSettings& settings, double cycle = 0) {
  const TrainConfig config = AdamConfig(settings);
  const auto training = Start(config);
  for (int step = 0; step < 60; ++step) {
    const TrainingState before = training->State();
    const size_t size = before.parameters.size();
    const double beta1 = settings.beta1 + cycle * step;
    const auto gradient = Gradient(before.parameters);
    auto parameters = ToDoubles(before.parameters, size);
    auto means = ToDoubles(before.momentum, size);
    auto squares = ToDoubles(before.second_moment, size);
    for (size_t i = 0; i < size; ++i) {
      AdamStep(config, step + 1, settings.lr, beta1, gradient[i], parameters[i], means[i],
               squares[i]);
    }
    training->TrainEpoch({.lr = {settings.lr}, .momentum = {beta1}}, GoOn);
    const TrainingState after = training->State();
    EXPECT_EQ(after.steps, step + 1);
    EXPECT_LT(LargestDifference(after.parameters, parameters), 1e-6) << step;
    EXPECT_LT(LargestDifference(after.momentum, means), 1e-7) << step;
    EXPECT_LT(LargestDifference(after.second_moment, squares), 1e-7) << step;
  }
}

TEST(CpuOptimizer, TakesEachStepOfPyTorchsAdam) {
  constexpr auto kAdam = OptimizerType::kAdam;
  ExpectAdamSteps({.optimizer = kAdam,
                   .lr = 1e-3,
                   .beta1 = 0.9,
                   .beta2 = 0.999,
                   .eps = 1e-8,
                   .weight_decay = 0});
  ExpectAdamSteps({.optimizer = kAdam,
                   .lr = 0.02,
                   .beta1 = 0.8,
                   .beta2 = 0.99,
                   .eps = 1e-8,
                   .weight_decay = 0});
  ExpectAdamSteps(
      {.optimizer = kAdam, .lr = 1e-2, .beta1 = 0, .beta2 = 0.9, .eps = 1e-3, .weight_decay = 0});
  ExpectAdamSteps({.optimizer = kAdam,
                   .lr = 1e-2,
                   .beta1 = 0.9,
                   .beta2 = 0.999,
                   .eps = 1e-8,
                   .weight_decay = 0.1});
}

TEST(CpuOptimizer, TakesEachStepOfPyTorchsAdamW) {
  constexpr auto kAdamW = OptimizerType::kAdamW;
  ExpectAdamSteps({.optimizer = kAdamW,
                   .lr = 1e-3,
                   .beta1 = 0.9,
                   .beta2 = 0.999,
                   .eps = 1e-8,
                   .weight_decay = 0.01});
  ExpectAdamSteps({.optimizer = kAdamW,
                   .lr = 0.02,
                   .beta1 = 0.8,
                   .beta2 = 0.95,
                   .eps = 1e-6,
                   .weight_decay = 1});
}

TEST(CpuOptimizer, CorrectsTheBiasByTheBeta1OfEachStep) {
  ExpectAdamSteps({.optimizer = OptimizerType::kAdam,
                   .lr = 1e-3,
                   .beta1 = 0.85,
                   .beta2 = 0.999,
                   .eps = 1e-8,
                   .weight_decay = 0},
                  /*cycle=*/0.002);
}

TEST(CpuOptimizer, StaysWithAdamsFormulaOverManySteps) {
  const AdamSettings settings = {.optimizer = OptimizerType::kAdamW,
                                 .lr = 1e-3,
                                 .beta1 = 0.9,
                                 .beta2 = 0.999,
                                 .eps = 1e-8,
                                 .weight_decay = 0.01};
  const TrainConfig config = AdamConfig(settings);
  const auto training = Start(config);
  auto now = training->State().parameters;
  auto parameters = ToDoubles(now, now.size());
  std::vector<double> means(now.size()), squares(now.size());
  for (int step = 0; step < 300; ++step) {
    const auto gradient = Gradient(now);
    for (size_t i = 0; i < now.size(); ++i) {
      AdamStep(config, step + 1, settings.lr, settings.beta1, gradient[i], parameters[i], means[i],
               squares[i]);
    }
    training->TrainEpoch({.lr = {settings.lr}, .momentum = {settings.beta1}}, GoOn);
    now = training->State().parameters;
  }
  EXPECT_LT(LargestDifference(now, parameters), 3e-6);
}

TEST(CpuOptimizer, TrainsOnWithoutEpsWhereNothingEverMoved) {
  const AdamSettings settings = {.optimizer = OptimizerType::kAdam,
                                 .lr = 1e-3,
                                 .beta1 = 0.9,
                                 .beta2 = 0.999,
                                 .eps = 0,
                                 .weight_decay = 0};
  const auto training = Start(AdamConfig(settings));
  for (int step = 0; step < 3; ++step) training->TrainEpoch(kRates, GoOn);
  EXPECT_TRUE(std::isfinite(training->Evaluate(Split::kTest, GoOn).loss));
}

TEST(CpuOptimizer, RefusesTheStateOfAnotherOptimizer) {
  TrainConfig config = OneStepConfig();
  const auto sgd = Start(config);
  config.optimizer = OptimizerType::kAdam;
  const auto adam = Start(config);
  sgd->TrainEpoch(kRates, GoOn);
  adam->TrainEpoch(kRates, GoOn);
  EXPECT_THROW(sgd->Restore(adam->State()), std::invalid_argument);
  EXPECT_THROW(adam->Restore(sgd->State()), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
