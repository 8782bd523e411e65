// Tests of the contract in worker/engine.h, for any engine: equal bits, ticks, stopping, refused
// input.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/support/engine_checks.h"

namespace lrsweep {

inline void ExpectEqualBitsForTheSameSeed(Engine& engine) {
  const auto first = engine.Start(Config(4), SyntheticDataset());
  const auto losses = first->TrainEpoch(kRates, GoOn);
  const auto second = engine.Start(Config(4), SyntheticDataset());
  EXPECT_EQ(second->TrainEpoch(kRates, GoOn), losses);
  EXPECT_EQ(second->State().parameters, first->State().parameters);
  EXPECT_NE(engine.Start(Config(5), SyntheticDataset())->TrainEpoch(kRates, GoOn), losses);
}

inline void ExpectInterleavedTrainingsKeptApart(Engine& engine) {
  const auto alone = engine.Start(Config(1), SyntheticDataset());
  const auto first = alone->TrainEpoch(kRates, GoOn);
  const auto second = alone->TrainEpoch(kRates, GoOn);

  const auto training = engine.Start(Config(1), SyntheticDataset());
  const auto other = engine.Start(Config(2, {20, 10}, 32), TinyDataset());
  EXPECT_EQ(training->TrainEpoch(kRates, GoOn), first);
  other->TrainEpoch(kRates, GoOn);
  other->Evaluate(Split::kTest, GoOn);
  EXPECT_EQ(training->TrainEpoch(kRates, GoOn), second);
}

inline void ExpectNoRandomNumberDrawnToEvaluate(Engine& engine) {
  const auto with = engine.Start(Config(1), TinyDataset());
  const auto without = engine.Start(Config(1), TinyDataset());
  with->TrainEpoch(kRates, GoOn);
  without->TrainEpoch(kRates, GoOn);
  with->Evaluate(Split::kTest, GoOn);
  with->Evaluate(Split::kTest, GoOn);
  EXPECT_EQ(with->TrainEpoch(kRates, GoOn), without->TrainEpoch(kRates, GoOn));
}

/// The evaluation of a network with ReLU behind each hidden layer, in double precision.
inline Evaluation EvaluatedByHand(const std::vector<float>& parameters,
                                  const std::vector<int64_t>& widths, const ImageSet& set) {
  Evaluation sum;
  for (int64_t image = 0; image < set.count; ++image) {
    std::vector<double> values;
    for (int64_t pixel = 0; pixel < set.pixels; ++pixel) {
      values.push_back(set.images[static_cast<size_t>(image * set.pixels + pixel)] / 255.0);
    }
    auto next = parameters.begin();
    for (size_t layer = 1; layer < widths.size(); ++layer) {
      std::vector<double> outputs(static_cast<size_t>(widths[layer]));
      for (double& output : outputs) {
        for (const double value : values) output += value * *next++;
      }
      for (double& output : outputs) {
        output += *next++;
        if (layer + 1 < widths.size()) output = std::max(output, 0.0);
      }
      values = outputs;
    }
    double exponentials = 0;
    for (const double value : values) exponentials += std::exp(value);
    const auto largest = std::max_element(values.begin(), values.end()) - values.begin();
    const uint8_t label = set.labels[static_cast<size_t>(image)];
    sum.loss += std::log(exponentials) - values[label];
    sum.accuracy += largest == label ? 1 : 0;
  }
  const auto images = static_cast<double>(set.count);
  return {.loss = sum.loss / images, .accuracy = sum.accuracy / images};
}

inline void ExpectEachSplitEvaluatedOnItsImages(Engine& engine) {
  Dataset data = *TinyDataset();
  data.validation = SyntheticImages(37, 16, 3, 0x40000000u);
  data.test = SyntheticImages(130, 16, 3, 0x50000000u);
  const auto training = engine.Start(Config(1), std::make_shared<Dataset>(data));
  training->TrainEpoch(kRates, GoOn);
  const Evaluation validation = training->Evaluate(Split::kValidation, GoOn);
  const Evaluation test = training->Evaluate(Split::kTest, GoOn);
  const std::vector<float> parameters = training->State().parameters;
  const std::vector<int64_t> widths = {16, 128, 3};
  const Evaluation expected = EvaluatedByHand(parameters, widths, data.validation);
  EXPECT_NEAR(validation.loss, expected.loss, 1e-5);
  EXPECT_DOUBLE_EQ(validation.accuracy, expected.accuracy);
  const Evaluation expected_test = EvaluatedByHand(parameters, widths, data.test);
  EXPECT_NEAR(test.loss, expected_test.loss, 1e-5);
  EXPECT_DOUBLE_EQ(test.accuracy, expected_test.accuracy);
  EXPECT_GT(std::abs(expected.loss - expected_test.loss), 1e-3);

  // To the bit what the same images give where none are held back, which is what 0.1.0 computed.
  Dataset alone = data;
  alone.validation = {};
  alone.test = data.validation;
  const auto other = engine.Start(Config(1), std::make_shared<Dataset>(alone));
  other->TrainEpoch(kRates, GoOn);
  EXPECT_EQ(other->Evaluate(Split::kTest, GoOn).loss, validation.loss);
  EXPECT_THROW(other->Evaluate(Split::kValidation, GoOn), std::invalid_argument);
}

inline void ExpectStopsAtTheFirstStepWhenTold(Engine& engine) {
  const auto training = engine.Start(Config(0), TinyDataset());
  int64_t stopped_at = 0;
  const Tick stop = [&stopped_at](const StepProgress& progress) {
    stopped_at = progress.steps_done;
    return false;
  };
  EXPECT_THROW(training->TrainEpoch(kRates, stop), TrainingInterrupted);
  EXPECT_EQ(stopped_at, 1);
  EXPECT_THROW(training->Evaluate(Split::kTest, stop), TrainingInterrupted);
}

/// Trains some epochs of small steps with a hidden layer of `width`; returns the longest time
/// between two ticks.
inline std::chrono::steady_clock::duration LongestSilence(Engine& engine, int64_t width) {
  using Clock = std::chrono::steady_clock;
  const auto training = engine.Start(Config(0, {width}, 1), SyntheticDataset());
  Clock::time_point last = Clock::now();
  Clock::duration longest{};
  const Tick tick = [&](const StepProgress&) {
    const auto now = Clock::now();
    longest = std::max(longest, now - last);
    last = now;
    return true;
  };
  for (int epoch = 0; epoch < 3; ++epoch) {
    training->TrainEpoch(kRates, tick);
    training->Evaluate(Split::kTest, tick);
  }
  return longest;
}

inline void ExpectTicksAtLeastEvery100Milliseconds(Engine& engine, int64_t width) {
  // 50 ms by design. A busy machine may delay a thread longer, so the best of five attempts counts.
  auto shortest = LongestSilence(engine, width);
  for (int attempt = 0; attempt < 4; ++attempt)
    shortest = std::min(shortest, LongestSilence(engine, width));
  EXPECT_LT(shortest, std::chrono::milliseconds(100));
}

inline void ExpectRefusesALabelThatTheClassesDoNotHold(Engine& engine) {
  auto dataset = std::make_shared<Dataset>(*TinyDataset());
  dataset->train.labels[7] = 3;
  EXPECT_THROW(engine.Start(Config(0), dataset), std::invalid_argument);
}

inline void ExpectRefusesDataThatIsEmptyOrDoesNotFitTogether(Engine& engine) {
  auto empty = std::make_shared<Dataset>(*TinyDataset());
  empty->test = ImageSet{};
  EXPECT_THROW(engine.Start(Config(0), empty), std::invalid_argument);
  auto other_size = std::make_shared<Dataset>(*TinyDataset());
  other_size->test = SyntheticImages(10, 9, 3, 1);
  EXPECT_THROW(engine.Start(Config(0), other_size), std::invalid_argument);
  auto other_validation = std::make_shared<Dataset>(*TinyDataset());
  other_validation->validation = SyntheticImages(10, 9, 3, 1);
  EXPECT_THROW(engine.Start(Config(0), other_validation), std::invalid_argument);
}

inline void ExpectRefusesRatesThatAreNotOnePerStep(Engine& engine) {
  const auto training = engine.Start(Config(0, {4}, 32), TinyDataset());
  EXPECT_THROW(training->TrainEpoch({.lr = {0.1, 0.1}, .momentum = {0}}, GoOn),
               std::invalid_argument);
}

}  // namespace lrsweep
