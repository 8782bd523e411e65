// Packs of small trials, and the numbers that their members give.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/engine_checks.h"
#include "worker/engine.h"

namespace lrsweep {

inline constexpr int64_t kSteps = 4;  // of 32 images of TinyDataset's 100, the last one of 4

inline TrainConfig Member(uint64_t seed, OptimizerType type) {
  TrainConfig config = Config(seed, {20, 10}, 32);
  config.epochs = 4;
  config.optimizer = type;
  config.weight_decay = seed % 2 == 0 ? 0.01 : 0;
  config.nesterov = seed % 3 == 0;
  return config;
}

inline std::vector<TrainConfig> Members(OptimizerType type) {
  return {Member(1, type), Member(2, type), Member(3, type), Member(4, type)};
}

/// Returns rates that differ at every step, for every member and in every epoch.
inline StepRates RatesOf(const TrainConfig& config, int64_t epoch, int64_t steps = kSteps) {
  StepRates rates;
  const double scale = config.optimizer == OptimizerType::kSgd ? 0.02 : 0.001;
  for (int64_t step = 0; step < steps; ++step) {
    const auto at = static_cast<double>(epoch * steps + step);
    rates.lr.push_back(scale * (1 + 0.1 * at) * static_cast<double>(config.seed));
    rates.momentum.push_back(0.9 - 0.01 * at);
  }
  return rates;
}

inline std::vector<StepRates> RatesOf(const std::vector<TrainConfig>& configs, int64_t epoch,
                                      int64_t steps = kSteps) {
  std::vector<StepRates> rates;
  for (const TrainConfig& config : configs) rates.push_back(RatesOf(config, epoch, steps));
  return rates;
}

inline const auto kTypes = {OptimizerType::kSgd, OptimizerType::kAdam, OptimizerType::kAdamW};

/// The results of a member's epochs.
struct Course {
  std::vector<std::vector<float>> losses;
  std::vector<double> evaluations;
  TrainingState state;
};

inline void Record(std::vector<float> losses, const Evaluation& evaluation, Course& course) {
  course.losses.push_back(std::move(losses));
  course.evaluations.insert(course.evaluations.end(), {evaluation.loss, evaluation.accuracy});
}

/// Trains the pack for some epochs from its `first` one on, and returns its members' courses.
inline std::vector<Course> Train(PackTraining& pack, const std::vector<TrainConfig>& configs,
                                 const std::shared_ptr<const Dataset>& data, int64_t epochs,
                                 int64_t first = 0) {
  std::vector<Course> courses(configs.size());
  for (int64_t epoch = first; epoch < first + epochs; ++epoch) {
    const int64_t steps = configs[0].StepsPerEpoch(data->train.count);
    const auto losses = pack.TrainEpoch(RatesOf(configs, epoch, steps), GoOn);
    const auto evaluations = pack.Evaluate(Split::kTest, GoOn);
    for (size_t i = 0; i < configs.size(); ++i) Record(losses[i], evaluations[i], courses[i]);
  }
  for (size_t i = 0; i < configs.size(); ++i) courses[i].state = pack.State(i);
  return courses;
}

/// Whether a member's bits do not depend on its pack: LibTorch computes a batched product as a
/// sequence of plain ones, as it does on the CPU with OpenBLAS. MKL and cuBLAS do not.
inline bool PromisesEqualBits(const Engine& engine) {
  return engine.Device() == "cpu" && engine.CpuTarget().find("OpenBLAS") != std::string::npos;
}

inline void ExpectSame(const Course& course, const Course& expected, double tolerance) {
  ASSERT_EQ(course.losses.size(), expected.losses.size());
  for (size_t epoch = 0; epoch < expected.losses.size(); ++epoch) {
    EXPECT_LE(LargestDifference(course.losses[epoch], expected.losses[epoch]), tolerance);
  }
  EXPECT_LE(LargestDifference(course.evaluations, expected.evaluations), tolerance);
  const TrainingState& state = course.state;
  EXPECT_LE(LargestDifference(state.parameters, expected.state.parameters), tolerance);
  EXPECT_LE(LargestDifference(state.momentum, expected.state.momentum), tolerance);
  EXPECT_LE(LargestDifference(state.second_moment, expected.state.second_moment), tolerance);
  EXPECT_EQ(state.random, expected.state.random);
  EXPECT_EQ(state.steps, expected.state.steps);
}

}  // namespace lrsweep
