// Tests the CPU engine against PyTorch's run of the same script (golden/make_training_reference.py)
// and against itself on every target of this machine. cpu_torch_test.cc compares its trainings with
// LibTorch's.
#include "worker/cpu/cpu_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "tests/support/engine_checks.h"
#include "tests/support/engine_contract.h"
#include "tests/support/training_reference.h"

namespace lrsweep {
namespace {

/// This CPU's targets. Fails where there is none: a loop over none would test nothing.
std::vector<std::string> Targets() {
  std::vector<std::string> targets = CpuEngineTargets();
  EXPECT_FALSE(targets.empty()) << "the CPU engine has no kernels for this CPU";
  return targets;
}

Engine& OurEngine() {
  static const std::unique_ptr<Engine> engine = MakeCpuEngine();
  return *engine;
}

std::unique_ptr<Training> Start(const TrainConfig& config, std::shared_ptr<const Dataset> dataset) {
  return OurEngine().Start(config, std::move(dataset));
}

TEST(CpuEngine, SaysWhatItIs) {
  const auto engine = MakeCpuEngine();
  EXPECT_EQ(engine->Name(), "cpu");
  EXPECT_EQ(engine->Device(), "cpu");
  EXPECT_EQ(engine->CpuTarget(), CpuEngineTargets().front());
}

TEST(CpuEngine, RefusesATargetThatItDoesNotHave) {
  EXPECT_THROW(MakeCpuEngine("SSE4"), std::runtime_error);
}

// ---- PyTorch's numbers

void ExpectInitialWeights(const std::string& record, const TrainConfig& config,
                          std::shared_ptr<const Dataset> dataset) {
  const auto parameters = Start(config, std::move(dataset))->State().parameters;
  EXPECT_EQ(Fnv1a(parameters),
            Golden<uint64_t>("training_initial_weights.txt", record + "_hash").at(0));
}

TEST(CpuEngine, StartsFromPyTorchsInitialBits) {
  ExpectInitialWeights("mlp_0", Config(0), SyntheticDataset());
  ExpectInitialWeights("linear_5", Config(5, {}), SyntheticDataset());
  ExpectInitialWeights("deep_7", Config(7, {20, 10}), TinyDataset());
}

TEST(CpuEngine, FollowsPyTorchsLossesOverEpochsWithAShortLastBatch) {
  ExpectPyTorchsLosses(OurEngine());
}

TEST(CpuEngine, TrainsALinearModelWhoseRatesChangeAtEveryStep) {
  ExpectShape(OurEngine(), "linear", {});
}

TEST(CpuEngine, TrainsADeepModelWhoseRatesChangeAtEveryStep) {
  ExpectShape(OurEngine(), "deep", {20, 10});
}

TEST(CpuEngine, FollowsPyTorchsAdamAndAdamWWhoseRatesChangeAtEveryStep) {
  ExpectPyTorchsAdam(OurEngine());
}

TEST(CpuEngine, TakesPyTorchsStepFromItsStateAtStep500) { ExpectOneStep(OurEngine(), "step_500"); }

TEST(CpuEngine, TakesPyTorchsStepFromItsStateAtStep1500) {
  ExpectOneStep(OurEngine(), "step_1500");
}

TEST(CpuEngine, FollowsPyTorchThroughAnEpochOfMnist) {
  if (Mnist() == nullptr) GTEST_SKIP() << "no MNIST in $LRSWEEP_DATA_DIR/mnist";
  ExpectAnEpochOfMnist(OurEngine());
}

// ---- The same bits every time

/// Returns a hash of the bits of two epochs and their evaluations.
uint64_t Bits(Engine& engine, const TrainConfig& config, std::shared_ptr<const Dataset> dataset,
              const StepRates& rates = kRates) {
  const auto training = engine.Start(config, std::move(dataset));
  std::vector<float> all;
  for (int epoch = 0; epoch < 2; ++epoch) {
    Append(training->TrainEpoch(rates, GoOn), all);
    const Evaluation evaluation = training->Evaluate(Split::kTest, GoOn);
    Append({static_cast<float>(evaluation.loss), static_cast<float>(evaluation.accuracy)}, all);
  }
  const TrainingState state = training->State();
  Append(state.parameters, all);
  Append(state.momentum, all);
  Append(state.second_moment, all);
  return Fnv1a(all);
}

/// Makes `count` training images and 40 test images of any size and number of classes.
std::shared_ptr<const Dataset> DatasetOf(int64_t count, int64_t pixels, int64_t classes) {
  return MakeDataset(SyntheticImages(count, pixels, classes, 5),
                     SyntheticImages(40, pixels, classes, 0x30000000u), classes);
}

struct Network {
  std::string name;
  std::vector<int64_t> hidden;
  int64_t batch_size;
  int64_t pixels;
  int64_t classes;
};

const std::vector<Network> kNetworks = {
    {"usual", {128}, 64, 784, 10},        {"linear", {}, 64, 784, 10},
    {"deep", {256, 128}, 64, 784, 10},    {"odd", {300}, 50, 100, 7},
    {"narrow", {20, 10}, 32, 16, 3},      {"small_batch", {33}, 1, 65, 2},
    {"wide", {400, 35, 90}, 200, 70, 250}};

uint64_t Bits(Engine& engine, const Network& network) {
  return Bits(engine, Config(8, network.hidden, network.batch_size),
              DatasetOf(210, network.pixels, network.classes), {.lr = {0.05}, .momentum = {0.9}});
}

TEST(CpuEngine, GivesTheCommittedBitsOnEveryTarget) {
  for (const std::string& target : Targets()) {
    const auto engine = MakeCpuEngine(target);
    EXPECT_EQ(engine->CpuTarget(), target);
    for (const Network& network : kNetworks) {
      EXPECT_EQ(Bits(*engine, network), Golden<uint64_t>("cpu_engine_bits.txt", network.name).at(0))
          << network.name << " on " << target;
    }
  }
}

TEST(CpuEngine, GivesTheCommittedBitsOfEveryOptimizer) {
  TrainConfig nesterov = Config(8, {300, 35}, 50);
  nesterov.weight_decay = 0.01;
  nesterov.nesterov = true;
  TrainConfig adam = Config(8, {300, 35}, 50);
  adam.optimizer = OptimizerType::kAdam;
  adam.weight_decay = 0.01;
  TrainConfig adam_w = adam;
  adam_w.optimizer = OptimizerType::kAdamW;
  const auto dataset = DatasetOf(210, 100, 7);
  const StepRates rates = {.lr = {0.01}, .momentum = {0.9}};
  for (const std::string& target : Targets()) {
    const auto engine = MakeCpuEngine(target);
    const auto expect = [&](const std::string& name, const TrainConfig& config) {
      EXPECT_EQ(Bits(*engine, config, dataset, rates),
                Golden<uint64_t>("cpu_engine_bits.txt", name).at(0))
          << name << " on " << target;
    };
    expect("nesterov", nesterov);
    expect("adam", adam);
    expect("adamw", adam_w);
  }
}

TEST(CpuEngine, GivesEqualBitsOnEveryTargetOverAnEpochOfMnist) {
  const auto mnist = Mnist();
  if (mnist == nullptr) GTEST_SKIP() << "no MNIST in $LRSWEEP_DATA_DIR/mnist";
  const uint64_t expected = Bits(*MakeCpuEngine(), Config(0), mnist);
  for (const std::string& target : Targets()) {
    EXPECT_EQ(Bits(*MakeCpuEngine(target), Config(0), mnist), expected) << target;
  }
}

TEST(CpuEngine, GivesEqualBitsForTheSameSeed) { ExpectEqualBitsForTheSameSeed(OurEngine()); }

TEST(CpuEngine, KeepsInterleavedTrainingsApart) {
  ExpectInterleavedTrainingsKeptApart(OurEngine());
}

TEST(CpuEngine, TrainsTheSameWhetherItEvaluatesOrNot) {
  ExpectNoRandomNumberDrawnToEvaluate(OurEngine());
}

TEST(CpuEngine, EvaluatesHeldBackAndTestImagesEachForThemselves) {
  for (const std::string& target : CpuEngineTargets()) {
    SCOPED_TRACE(target);
    ExpectEachSplitEvaluatedOnItsImages(*MakeCpuEngine(target));
  }
}

void ExpectResumes(const TrainConfig& config, const StepRates& rates) {
  const auto training = Start(config, SyntheticDataset());
  training->TrainEpoch(rates, GoOn);
  const TrainingState state = training->State();
  const auto resumed = Start(config, SyntheticDataset());
  resumed->TrainEpoch(kRates, GoOn);  // to be forgotten
  resumed->Restore(state);
  EXPECT_EQ(resumed->State().parameters, state.parameters);
  EXPECT_EQ(resumed->State().momentum, state.momentum);
  EXPECT_EQ(resumed->State().second_moment, state.second_moment);
  EXPECT_EQ(resumed->State().steps, state.steps);
  EXPECT_EQ(resumed->TrainEpoch(kRates, GoOn), training->TrainEpoch(kRates, GoOn));
  EXPECT_EQ(resumed->State().parameters, training->State().parameters);
}

TEST(CpuEngine, GoesOnWithEqualBitsFromASavedState) {
  ExpectResumes(Config(6), kRates);
  ExpectResumes(Config(6, {40, 50}), {.lr = {0.1}, .momentum = {0}});
  TrainConfig adam = Config(6, {40});
  adam.optimizer = OptimizerType::kAdam;
  ExpectResumes(adam, {.lr = {0.001}, .momentum = {0.9}});
}

TEST(CpuEngine, HasNoMomentumBeforeAStepUsesIt) {
  const auto training = Start(Config(0), TinyDataset());
  training->TrainEpoch({.lr = {0.1}, .momentum = {0}}, GoOn);
  EXPECT_TRUE(training->State().momentum.empty());
  training->TrainEpoch(kRates, GoOn);
  EXPECT_EQ(training->State().momentum.size(), training->State().parameters.size());
}

TEST(CpuEngine, RefusesTheStateOfAnotherModel) {
  const auto training = Start(Config(0, {5}), TinyDataset());
  EXPECT_THROW(training->Restore(Start(Config(0, {6}), TinyDataset())->State()),
               std::invalid_argument);
  TrainingState state = training->State();
  state.random.pop_back();
  EXPECT_THROW(training->Restore(state), std::invalid_argument);
}

// ---- Divergence and values that are not finite

TEST(CpuEngine, SaysADivergedLossAndGoesOn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& hidden : {std::vector<int64_t>{128}, {}, {40, 50}}) {
    const auto training = Start(Config(0, hidden), TinyDataset());
    const auto losses = training->TrainEpoch({.lr = {nan}, .momentum = {0.9}}, GoOn);
    EXPECT_TRUE(std::isfinite(losses.front()));
    EXPECT_TRUE(std::isnan(losses.back()));
    EXPECT_TRUE(std::isnan(training->Evaluate(Split::kTest, GoOn).loss));
  }
}

TEST(CpuEngine, DivergesWhereTheRateIsFarTooLarge) {
  const auto training = Start(Config(0), SyntheticDataset());
  bool finite = true;
  for (int epoch = 0; epoch < 5; ++epoch) {
    for (const float loss : training->TrainEpoch({.lr = {1e30}, .momentum = {0.9}}, GoOn)) {
      finite = finite && std::isfinite(loss);
    }
  }
  EXPECT_FALSE(finite);
  EXPECT_FALSE(std::isfinite(training->Evaluate(Split::kTest, GoOn).loss));
}

/// Starts a training in which unit 0 of the first layer has the weight `weight` for `pixel`.
std::unique_ptr<Training> StartWith(const std::string& target, std::shared_ptr<const Dataset> data,
                                    size_t pixel, float weight) {
  auto training = MakeCpuEngine(target)->Start(Config(3, {16}), std::move(data));
  TrainingState state = training->State();
  state.parameters.at(pixel) = weight;
  training->Restore(state);
  return training;
}

TEST(CpuEngine, LeavesAnInfiniteWeightOutWhereItsPixelIsZero) {
  const auto data =
      AlmostFullImages([](size_t image, size_t pixel) { return image % 40 == pixel; });
  const float infinity = std::numeric_limits<float>::infinity();
  for (const std::string& target : Targets()) {
    // Images without pixel 5 must leave the weight out; for all others unit 0 is off.
    const auto training = StartWith(target, data, 5, -infinity);
    EXPECT_TRUE(std::isfinite(training->Evaluate(Split::kTest, GoOn).loss)) << target;
    EXPECT_TRUE(std::isfinite(training->TrainEpoch(kRates, GoOn).front())) << target;
  }
}

TEST(CpuEngine, KeepsALossThatIsNoNumberFromWeightsOfPixelsThatItsImageLacks) {
  const auto data = AlmostFullImages(
      [](size_t image, size_t pixel) { return pixel < 2 && (pixel == 0) != (image == 0); });
  for (const std::string& target : Targets()) {
    const auto training =
        StartWith(target, data, 0, std::numeric_limits<float>::quiet_NaN());  // image 0 has it
    training->TrainEpoch(kRates, GoOn);
    const auto parameters = training->State().parameters;
    EXPECT_TRUE(std::isfinite(parameters[1])) << target;
    EXPECT_TRUE(std::isnan(parameters[2])) << target;
  }
}

// ---- Pixels that few images have, or none

/// Configurations of every optimizer, for batches of 8.
std::vector<TrainConfig> ConfigOfEachOptimizer() {
  std::vector<TrainConfig> configs(4, Config(3, {16}, 8));
  configs[1].nesterov = true;
  configs[2].optimizer = OptimizerType::kAdam;
  configs[3].optimizer = OptimizerType::kAdamW;
  configs[3].weight_decay = 0;
  return configs;
}

TEST(CpuEngine, LeavesTheWeightsOfAPixelThatNoImageHas) {
  const auto data = AlmostFullImages([](size_t, size_t pixel) { return pixel == 7; });
  for (TrainConfig config : ConfigOfEachOptimizer()) {
    for (const double decay : {0.0, 0.1}) {
      config.weight_decay = decay;
      const auto training = Start(config, data);
      const float before = training->State().parameters.at(7);
      training->TrainEpoch({.lr = {0.01}, .momentum = {0.9}}, GoOn);
      EXPECT_EQ(training->State().parameters.at(7) == before, decay == 0) << config.nesterov;
    }
  }
}

TEST(CpuEngine, SparesNoWeightWhereTheRateIsNotFinite) {
  const auto data = AlmostFullImages([](size_t, size_t pixel) { return pixel == 7; });
  for (const TrainConfig& config : ConfigOfEachOptimizer()) {
    const auto training = Start(config, data);
    training->TrainEpoch({.lr = {1e39}, .momentum = {0.9}}, GoOn);  // infinite as a float
    EXPECT_TRUE(std::isnan(training->State().parameters.at(7)));
  }
}

/// Trains the epoch after `state` in a new training.
std::vector<float> EpochAfter(const TrainingState& state, Engine& engine, const TrainConfig& config,
                              std::shared_ptr<const Dataset> data, const StepRates& rates) {
  const auto resumed = engine.Start(config, std::move(data));
  resumed->Restore(state);
  std::vector<float> all = resumed->TrainEpoch(rates, GoOn);
  Append(resumed->State().parameters, all);
  return all;
}

TEST(CpuEngine, GoesOnWithEqualBitsWhereMostBatchesLackAPixel) {
  // The engine skips rows that never had a gradient. A resumed training must find out which.
  const auto data = RarePixels();
  for (const std::string& target : Targets()) {
    const auto engine = MakeCpuEngine(target);
    for (const TrainConfig& config : ConfigOfEachOptimizer()) {
      for (const double momentum : {0.9, 0.0}) {
        const StepRates rates = {.lr = {0.01}, .momentum = {momentum}};
        const auto training = engine->Start(config, data);
        for (int epoch = 0; epoch < 2; ++epoch) {
          const auto resumed = EpochAfter(training->State(), *engine, config, data, rates);
          std::vector<float> expected = training->TrainEpoch(rates, GoOn);
          Append(training->State().parameters, expected);
          EXPECT_EQ(resumed, expected) << target << " epoch " << epoch;
        }
      }
    }
  }
}

TEST(CpuEngine, LeavesDenormalsToOthers) {
  const auto training = Start(Config(0), TinyDataset());
  training->TrainEpoch(kRates, GoOn);
  training->Evaluate(Split::kTest, GoOn);
  const volatile float tiny = std::numeric_limits<float>::min();
  EXPECT_GT(tiny / 2, 0);
  const Tick check = [](const StepProgress&) {
    const volatile float least = std::numeric_limits<float>::min();
    EXPECT_GT(least / 2, 0);
    return true;
  };
  training->TrainEpoch(kRates, check);
}

TEST(CpuEngine, StopsAtTheFirstStepWhenTold) { ExpectStopsAtTheFirstStepWhenTold(OurEngine()); }

TEST(CpuEngine, TicksAtLeastEvery100Milliseconds) {
  ExpectTicksAtLeastEvery100Milliseconds(OurEngine(), 512);
}

TEST(CpuEngine, RefusesALabelThatTheClassesDoNotHold) {
  ExpectRefusesALabelThatTheClassesDoNotHold(OurEngine());
}

TEST(CpuEngine, RefusesDataThatIsEmptyOrDoesNotFitTogether) {
  ExpectRefusesDataThatIsEmptyOrDoesNotFitTogether(OurEngine());
}

TEST(CpuEngine, RefusesRatesThatAreNotOnePerStep) {
  ExpectRefusesRatesThatAreNotOnePerStep(OurEngine());
}

}  // namespace
}  // namespace lrsweep
