// Compares the CPU engine with the LibTorch engine: the same initial bits and batches, and the same
// steps on random networks from random states.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/support/training_reference.h"
#include "worker/cpu/cpu_engine.h"
#include "worker/engine.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

bool GoOn(const StepProgress&) { return true; }

struct Network {
  std::vector<int64_t> hidden;
  int64_t batch_size;
  int64_t pixels;
  int64_t classes;
};

const std::vector<Network> kNetworks = {
    {{128}, 64, 784, 10},  {{}, 64, 100, 10},    {{256, 128}, 64, 784, 10},    {{300}, 50, 100, 7},
    {{20, 10}, 32, 16, 3}, {{33, 65}, 1, 65, 2}, {{400, 35, 90}, 200, 70, 250}};

TrainConfig Config(const Network& network) {
  TrainConfig config;
  config.hidden = network.hidden;
  config.epochs = 1;
  config.batch_size = network.batch_size;
  config.seed = 9;
  return config;
}

std::shared_ptr<const Dataset> DatasetOf(const Network& network, int64_t images) {
  return MakeDataset(SyntheticImages(images, network.pixels, network.classes, 5),
                     SyntheticImages(40, network.pixels, network.classes, 0x30000000u),
                     network.classes);
}

std::string Name(const Network& network) {
  std::string name;
  for (const int64_t width : network.hidden) name += std::to_string(width) + " ";
  return name + "batch " + std::to_string(network.batch_size);
}

Engine& OurEngine() {
  static const std::unique_ptr<Engine> engine = MakeCpuEngine();
  return *engine;
}

Engine& TorchEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

/// The same training on both engines, which must outlive it.
struct Pair {
  Pair(const Network& network, int64_t images)
      : ours(OurEngine().Start(Config(network), DatasetOf(network, images))),
        torch(TorchEngine().Start(Config(network), DatasetOf(network, images))) {}

  /// Sets both to LibTorch's parameters and buffers; each keeps its own random generator.
  void TakeTorchsState() {
    TrainingState state = torch->State();
    state.random = ours->State().random;
    ours->Restore(state);
  }

  std::unique_ptr<Training> ours, torch;
};

TEST(CpuBesideTorch, StartsFromEqualBits) {
  for (const Network& network : kNetworks) {
    const Pair pair(network, 100);
    EXPECT_EQ(pair.ours->State().parameters, pair.torch->State().parameters) << Name(network);
  }
}

TEST(CpuBesideTorch, FollowsTheFirstLosses) {
  const StepRates rates = {.lr = {0.05}, .momentum = {0.9}};
  for (const Network& network : kNetworks) {
    const Pair pair(network, std::min<int64_t>(network.batch_size * 25 - 3, 2000));
    EXPECT_LT(
        LargestDifference(pair.ours->TrainEpoch(rates, GoOn), pair.torch->TrainEpoch(rates, GoOn)),
        1e-5)
        << Name(network);
    const Evaluation ours = pair.ours->Evaluate(Split::kTest, GoOn);
    const Evaluation torch = pair.torch->Evaluate(Split::kTest, GoOn);
    EXPECT_NEAR(ours.loss, torch.loss, 1e-4) << Name(network);
    EXPECT_NEAR(ours.accuracy, torch.accuracy, 0.051) << Name(network);
  }
}

/// After a step. A GPU sums in another order than a CPU.
double StepTolerance() { return TorchEngine().Device() == "cpu" ? 1e-6 : 1e-5; }

// With a rate of 1 and no momentum, each parameter changes by its gradient.
TEST(CpuBesideTorch, HasTheGradientsOfLibTorchsEngine) {
  const StepRates rates = {.lr = {1}, .momentum = {0}};
  for (const Network& network : kNetworks) {
    const Pair pair(network, network.batch_size);
    pair.ours->TrainEpoch(rates, GoOn);
    pair.torch->TrainEpoch(rates, GoOn);
    EXPECT_LT(LargestDifference(pair.ours->State().parameters, pair.torch->State().parameters),
              StepTolerance())
        << Name(network);
  }
}

TEST(CpuBesideTorch, TakesTheSameStepFromTheSameState) {
  for (const Network& network : kNetworks) {
    Pair pair(network, network.batch_size);
    for (int step = 0; step < 20; ++step) {
      const StepRates rates = {.lr = {0.02 + 0.001 * step},
                               .momentum = {step < 2 ? 0 : 0.8 + 0.005 * step}};
      const auto ours = pair.ours->TrainEpoch(rates, GoOn);
      EXPECT_LT(LargestDifference(ours, pair.torch->TrainEpoch(rates, GoOn)), StepTolerance());
      EXPECT_LT(LargestDifference(pair.ours->State().parameters, pair.torch->State().parameters),
                StepTolerance())
          << Name(network) << " step " << step;
      pair.TakeTorchsState();
    }
  }
}

void ExpectTorchsEpoch(const std::string& name, const TrainConfig& config, double lr) {
  const StepRates rates = {.lr = {lr}, .momentum = {0.9}};
  const auto ours = OurEngine().Start(config, RarePixels());
  const auto torch = TorchEngine().Start(config, RarePixels());
  ours->TrainEpoch(rates, GoOn);
  torch->TrainEpoch(rates, GoOn);
  EXPECT_LT(LargestDifference(ours->State().parameters, torch->State().parameters), 1e-5) << name;
}

TEST(CpuBesideTorch, FollowsEveryOptimizerWhereMostBatchesLackAPixel) {
  TrainConfig plain = Config({{16}, 8, 40, 3});
  ExpectTorchsEpoch("plain", plain, 0.05);
  TrainConfig nesterov = plain;
  nesterov.nesterov = true;
  ExpectTorchsEpoch("nesterov", nesterov, 0.05);
  TrainConfig dampened = plain;
  dampened.dampening = 0.5;
  ExpectTorchsEpoch("dampened", dampened, 0.05);
  TrainConfig decaying = plain;
  decaying.weight_decay = 0.1;
  ExpectTorchsEpoch("decaying", decaying, 0.05);
  TrainConfig adam = plain;
  adam.optimizer = OptimizerType::kAdam;
  ExpectTorchsEpoch("Adam", adam, 0.001);
  TrainConfig adam_w = adam;
  adam_w.optimizer = OptimizerType::kAdamW;
  ExpectTorchsEpoch("AdamW", adam_w, 0.001);
}

}  // namespace
}  // namespace lrsweep
