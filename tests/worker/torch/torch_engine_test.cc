// Tests the LibTorch engine against PyTorch's run of the same script
// (golden/make_training_reference.py).
#include <ATen/Version.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/version.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "tests/support/engine_checks.h"
#include "tests/support/engine_contract.h"
#include "tests/support/training_reference.h"
#include "worker/engine.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using testing::ThrowsMessage;

Engine& TorchEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

std::unique_ptr<Training> Start(const TrainConfig& config, std::shared_ptr<const Dataset> dataset) {
  return TorchEngine().Start(config, std::move(dataset));
}

TEST(TorchEngine, SaysWhatItsBitsDependOn) {
  EXPECT_EQ(TorchEngine().Name(), "torch");
  EXPECT_THAT(TorchEngine().Device(), AnyOf("cpu", StartsWith("cuda:")));
  EXPECT_THAT(TorchEngine().CpuTarget(), HasSubstr(", LibTorch " TORCH_VERSION));
}

TEST(TorchEngine, NamesTheGpuOnWhichItsBitsDepend) {
  if (TorchEngine().Device() == "cpu") GTEST_SKIP() << "LibTorch computes on the CPU here";
  EXPECT_THAT(TorchEngine().CpuTarget(),
              MatchesRegex(".+, compute capability [0-9]+\\.[0-9], [0-9]+ SMs, "
                           "cuBLAS [0-9]+\\.[0-9]+\\.[0-9]+, LibTorch [0-9.]+"));
}

TEST(TorchEngine, RefusesAWrongWordForItsGraphs) {
  setenv("LRSWEEP_CUDA_GRAPHS", "maybe", 1);
  EXPECT_THAT([] { LoadTorchEngine(0); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("LRSWEEP_CUDA_GRAPHS is 'maybe'")));
  unsetenv("LRSWEEP_CUDA_GRAPHS");
}

TEST(TorchEngine, RemovesFromTheEnvironmentWhatWouldChangeItsBits) {
  const auto names = {"CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_WORKSPACE_CONFIG",
                      "NVIDIA_TF32_OVERRIDE", "TORCH_BLAS_PREFER_CUBLASLT"};
  for (const char* name : names) setenv(name, "1", 1);
  LoadTorchEngine(0);
  for (const char* name : names) EXPECT_EQ(getenv(name), nullptr) << name;
}

// ---- PyTorch's random streams

void ExpectInitialWeights(const std::string& record, const TrainConfig& config,
                          std::shared_ptr<const Dataset> dataset) {
  const std::string file = "training_initial_weights.txt";
  const auto parameters = Start(config, std::move(dataset))->State().parameters;
  const auto first = Golden<float>(file, record + "_first");
  EXPECT_EQ(std::vector<float>(parameters.begin(), parameters.begin() + 5), first) << record;
  EXPECT_EQ(Fnv1a(parameters), Golden<uint64_t>(file, record + "_hash").at(0)) << record;
}

TEST(TorchEngine, StartsFromPyTorchsInitialBits) {
  if (at::show_config().find("CPU capability usage: AVX") == std::string::npos) {
    GTEST_SKIP() << "PyTorch's own bits are others on a CPU without fused multiply-add: the files "
                    "beside come from one that has AVX2";
  }
  ExpectInitialWeights("mlp_0", Config(0), SyntheticDataset());
  ExpectInitialWeights("mlp_1", Config(1), SyntheticDataset());
  ExpectInitialWeights("mlp_large_seed", Config(123456789012345), SyntheticDataset());
  ExpectInitialWeights("linear_5", Config(5, {}), SyntheticDataset());
  ExpectInitialWeights("deep_7", Config(7, {20, 10}), TinyDataset());
}

/// 250 black images, each with a label of its own.
std::shared_ptr<const Dataset> LabelsAlone() {
  ImageSet images{.count = 250, .pixels = 4, .images = std::vector<uint8_t>(1000), .labels = {}};
  images.labels.resize(250);
  std::iota(images.labels.begin(), images.labels.end(), uint8_t{0});
  return MakeDataset(images, images, 250);
}

/// Returns the label for which a linear model with these biases, and no input, has this loss.
int64_t LabelOfLoss(float loss, const std::vector<float>& bias) {
  double sum = 0;
  for (const float b : bias) sum += std::exp(static_cast<double>(b));
  const double wanted = std::log(sum) - loss;
  const auto closer = [wanted](float a, float b) {
    return std::abs(a - wanted) < std::abs(b - wanted);
  };
  return std::min_element(bias.begin(), bias.end(), closer) - bias.begin();
}

TEST(TorchEngine, TakesTheBatchesInPyTorchsOrder) {
  const auto training = Start(Config(3, {}, 1), LabelsAlone());
  const auto parameters = training->State().parameters;
  const std::vector<float> bias(parameters.end() - 250, parameters.end());
  for (const char* epoch : {"epoch_1", "epoch_2"}) {
    std::vector<int64_t> order;
    for (const float loss : training->TrainEpoch({.lr = {0}, .momentum = {0}}, GoOn)) {
      order.push_back(LabelOfLoss(loss, bias));
    }
    EXPECT_EQ(order, Golden<int64_t>("training_order.txt", epoch));
  }
}

// ---- PyTorch's numbers

TEST(TorchEngine, FollowsPyTorchsLossesOverEpochsWithAShortLastBatch) {
  ExpectPyTorchsLosses(TorchEngine());
}

TEST(TorchEngine, TrainsALinearModelWhoseRatesChangeAtEveryStep) {
  ExpectShape(TorchEngine(), "linear", {});
}

TEST(TorchEngine, TrainsADeepModelWhoseRatesChangeAtEveryStep) {
  ExpectShape(TorchEngine(), "deep", {20, 10});
}

TEST(TorchEngine, TakesPyTorchsStepFromItsStateAtStep500) {
  ExpectOneStep(TorchEngine(), "step_500");
}

TEST(TorchEngine, TakesPyTorchsStepFromItsStateAtStep1500) {
  ExpectOneStep(TorchEngine(), "step_1500");
}

TEST(TorchEngine, FollowsPyTorchThroughAnEpochOfMnist) {
  if (Mnist() == nullptr) GTEST_SKIP() << "no MNIST in $LRSWEEP_DATA_DIR/mnist";
  ExpectAnEpochOfMnist(TorchEngine());
}

// ---- The same numbers every time

TEST(TorchEngine, GivesEqualBitsForTheSameSeed) { ExpectEqualBitsForTheSameSeed(TorchEngine()); }

TEST(TorchEngine, GivesOtherNumbersForAnotherSeed) {
  EXPECT_NE(Start(Config(4), TinyDataset())->TrainEpoch(kRates, GoOn),
            Start(Config(5), TinyDataset())->TrainEpoch(kRates, GoOn));
}

TEST(TorchEngine, KeepsInterleavedTrainingsApart) {
  ExpectInterleavedTrainingsKeptApart(TorchEngine());
}

TEST(TorchEngine, DrawsNoRandomNumberToEvaluate) {
  ExpectNoRandomNumberDrawnToEvaluate(TorchEngine());
}

TEST(TorchEngine, EvaluatesHeldBackAndTestImagesEachForThemselves) {
  ExpectEachSplitEvaluatedOnItsImages(TorchEngine());
}

TEST(TorchEngine, GoesOnWithEqualBitsFromASavedState) {
  const auto training = Start(Config(6), SyntheticDataset());
  training->TrainEpoch(kRates, GoOn);
  const TrainingState state = training->State();
  const auto resumed = Start(Config(6), SyntheticDataset());
  resumed->Restore(state);
  EXPECT_EQ(resumed->TrainEpoch(kRates, GoOn), training->TrainEpoch(kRates, GoOn));
  EXPECT_EQ(resumed->State().parameters, training->State().parameters);
}

TEST(TorchEngine, RefusesTheStateOfAnotherModel) {
  const auto training = Start(Config(0, {5}), TinyDataset());
  EXPECT_THROW(training->Restore(Start(Config(0, {6}), TinyDataset())->State()),
               std::invalid_argument);
  TrainingState state = training->State();
  state.random.pop_back();
  EXPECT_THROW(training->Restore(state), std::invalid_argument);
}

// ---- Divergence, ticks, bad input

TEST(TorchEngine, SaysADivergedLossAndGoesOn) {
  const auto training = Start(Config(0), TinyDataset());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto losses = training->TrainEpoch({.lr = {nan}, .momentum = {0.9}}, GoOn);
  EXPECT_TRUE(std::isfinite(losses.front()));
  EXPECT_TRUE(std::isnan(losses.back()));
  EXPECT_TRUE(std::isnan(training->Evaluate(Split::kTest, GoOn).loss));
}

TEST(TorchEngine, StopsAtTheFirstStepWhenTold) { ExpectStopsAtTheFirstStepWhenTold(TorchEngine()); }

TEST(TorchEngine, TicksAtLeastEvery100Milliseconds) {
  ExpectTicksAtLeastEvery100Milliseconds(TorchEngine(), 128);
}

TEST(TorchEngine, RefusesALabelThatTheClassesDoNotHold) {
  ExpectRefusesALabelThatTheClassesDoNotHold(TorchEngine());
}

TEST(TorchEngine, RefusesDataThatIsEmptyOrDoesNotFitTogether) {
  ExpectRefusesDataThatIsEmptyOrDoesNotFitTogether(TorchEngine());
}

TEST(TorchEngine, RefusesRatesThatAreNotOnePerStep) {
  ExpectRefusesRatesThatAreNotOnePerStep(TorchEngine());
}

}  // namespace
}  // namespace lrsweep
