// What every engine must give, held against PyTorch's own run of the script
// (golden/make_training_reference.py).
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/training_reference.h"
#include "worker/engine.h"

namespace lrsweep {

inline const StepRates kRates = {.lr = {0.1}, .momentum = {0.9}};

inline bool GoOn(const StepProgress&) { return true; }

inline TrainConfig Config(uint64_t seed, std::vector<int64_t> hidden = {128},
                          int64_t batch_size = 64) {
  TrainConfig config;
  config.hidden = std::move(hidden);
  config.epochs = 1;
  config.batch_size = batch_size;
  config.seed = seed;
  return config;
}

inline void Append(const std::vector<float>& more, std::vector<float>& all) {
  all.insert(all.end(), more.begin(), more.end());
}

inline void ExpectPyTorchsLosses(Engine& engine) {
  const auto training = engine.Start(Config(0), SyntheticDataset());
  std::vector<float> losses;
  std::vector<double> evaluations;
  for (int epoch = 0; epoch < 7; ++epoch) {
    Append(training->TrainEpoch(kRates, GoOn), losses);
    const Evaluation evaluation = training->Evaluate(Split::kTest, GoOn);
    evaluations.insert(evaluations.end(), {evaluation.loss, evaluation.accuracy});
  }
  auto expected = Golden<double>("training_synthetic.txt", "losses");
  auto expected_evaluations = Golden<double>("training_synthetic.txt", "evaluations");
  ASSERT_EQ(losses.size(), expected.size());
  losses.resize(100);
  expected.resize(100);
  EXPECT_LT(LargestDifference(losses, expected), 1e-5);
  EXPECT_LT(LargestDifference(evaluations, expected_evaluations), 1e-4);
}

/// The script's varied_rates over ten epochs of four steps.
inline StepRates VariedRates(int64_t epoch) {
  StepRates rates;
  for (int64_t step = epoch * 4; step < epoch * 4 + 4; ++step) {
    const bool without = step < 3 || (20 <= step && step < 24);
    rates.lr.push_back(0.02 + 0.01 * static_cast<double>(step % 7));
    rates.momentum.push_back(without ? 0 : 0.8 + 0.1 * static_cast<double>(step % 5) / 5);
  }
  return rates;
}

inline void ExpectShape(Engine& engine, const std::string& record, std::vector<int64_t> hidden) {
  const auto training = engine.Start(Config(11, std::move(hidden), 32), TinyDataset());
  std::vector<float> losses;
  for (int64_t epoch = 0; epoch < 10; ++epoch) {
    Append(training->TrainEpoch(VariedRates(epoch), GoOn), losses);
  }
  const std::string file = "training_shapes.txt";
  EXPECT_LT(LargestDifference(losses, Golden<double>(file, record + "_losses")), 1e-5);
  EXPECT_LT(
      LargestDifference(training->State().parameters, Golden<double>(file, record + "_parameters")),
      1e-5);
}

/// Ten epochs of four steps of the script's adam(), whose rates change at every step.
inline void ExpectAdam(Engine& engine, const std::string& record, TrainConfig config) {
  config.hidden = {20};
  config.batch_size = 32;
  config.seed = 11;
  const auto training = engine.Start(config, TinyDataset());
  std::vector<float> losses;
  for (int64_t epoch = 0; epoch < 10; ++epoch) {
    StepRates rates;
    for (int64_t step = epoch * 4; step < epoch * 4 + 4; ++step) {
      rates.lr.push_back(0.001 * static_cast<double>(1 + step % 3));
      rates.momentum.push_back(0.85 + 0.01 * static_cast<double>(step % 10));
    }
    Append(training->TrainEpoch(rates, GoOn), losses);
  }
  const std::string file = "training_adam.txt";
  EXPECT_LT(LargestDifference(losses, Golden<double>(file, record + "_losses")), 1e-5);
  EXPECT_LT(
      LargestDifference(training->State().parameters, Golden<double>(file, record + "_parameters")),
      1e-5);
}

inline void ExpectPyTorchsAdam(Engine& engine) {
  TrainConfig adam;
  adam.optimizer = OptimizerType::kAdam;
  adam.beta2 = 0.99;
  adam.eps = 1e-6;
  ExpectAdam(engine, "adam", adam);
  TrainConfig decay;
  decay.optimizer = OptimizerType::kAdam;
  decay.weight_decay = 0.1;
  ExpectAdam(engine, "adam_decay", decay);
  decay.optimizer = OptimizerType::kAdamW;
  ExpectAdam(engine, "adamw", decay);
}

/// One step from PyTorch's weights and momentum, with its batch.
inline void ExpectOneStep(Engine& engine, const std::string& name) {
  const std::string prefix = "training_mnist_" + name;
  const auto labels = Golden<int>("training_mnist.txt", name + "_labels");
  const ImageSet batch{.count = 64,
                       .pixels = 784,
                       .images = GoldenBinary<uint8_t>(prefix + "_images.bin"),
                       .labels = {labels.begin(), labels.end()}};
  const auto training = engine.Start(Config(0), MakeDataset(batch, batch, 10));
  const auto both = GoldenBinary<float>(prefix + "_state.bin");
  const auto middle = both.begin() + static_cast<std::ptrdiff_t>(both.size() / 2);
  TrainingState state = training->State();
  state.parameters.assign(both.begin(), middle);
  state.momentum.assign(middle, both.end());
  training->Restore(state);

  const auto losses = training->TrainEpoch(kRates, GoOn);
  const auto next = training->State().parameters;
  std::vector<float> sample;
  for (size_t i = 0; i < next.size(); i += 7) sample.push_back(next[i]);
  EXPECT_LT(LargestDifference(losses, Golden<double>("training_mnist.txt", name + "_loss")), 1e-6);
  EXPECT_LT(LargestDifference(sample, GoldenBinary<float>(prefix + "_next.bin")), 1e-6);
}

/// Needs the full MNIST.
inline void ExpectAnEpochOfMnist(Engine& engine) {
  const auto training = engine.Start(Config(0), Mnist());
  std::vector<float> losses = training->TrainEpoch(kRates, GoOn);
  const Evaluation evaluation = training->Evaluate(Split::kTest, GoOn);
  const std::string file = "training_mnist.txt";
  ASSERT_EQ(losses.size(), 938u);
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / 938;
  EXPECT_NEAR(mean, Golden<double>(file, "first_epoch_mean").at(0), 1e-3);
  EXPECT_NEAR(evaluation.accuracy, Golden<double>(file, "first_epoch_evaluation").at(1), 5e-3);
  losses.resize(100);
  EXPECT_LT(LargestDifference(losses, Golden<double>(file, "first_losses")), 1e-5);
}

}  // namespace lrsweep
