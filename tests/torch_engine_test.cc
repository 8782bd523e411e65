// The LibTorch engine against PyTorch's own run of the script (golden/make_training_reference.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "tests/training_reference.h"
#include "worker/engine.h"

namespace lrsweep {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

const StepRates kRates = {.lr = {0.1}, .momentum = {0.9}};

bool GoOn(const StepProgress&) { return true; }

Engine& TorchEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

TrainConfig Config(uint64_t seed, std::vector<int64_t> hidden = {128}, int64_t batch_size = 64) {
  TrainConfig config;
  config.hidden = std::move(hidden);
  config.epochs = 1;
  config.batch_size = batch_size;
  config.seed = seed;
  return config;
}

std::unique_ptr<Training> Start(const TrainConfig& config, std::shared_ptr<const Dataset> dataset) {
  return TorchEngine().Start(config, std::move(dataset));
}

void Append(const std::vector<float>& more, std::vector<float>& all) {
  all.insert(all.end(), more.begin(), more.end());
}

TEST(TorchEngine, SaysWhatItsBitsDependOn) {
  EXPECT_EQ(TorchEngine().Name(), "torch");
  EXPECT_THAT(TorchEngine().Device(), AnyOf("cpu", StartsWith("cuda:")));
  EXPECT_THAT(TorchEngine().CpuTarget(), HasSubstr("LibTorch"));
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
  if (TorchEngine().CpuTarget().find("AVX") == std::string::npos ||
      TorchEngine().CpuTarget().find("NO AVX") != std::string::npos) {
    GTEST_SKIP() << "PyTorch's own bits are others on a CPU without fused multiply-add: the files "
                    "beside come from one that has AVX2";
  }
  ExpectInitialWeights("mlp_0", Config(0), SyntheticDataset());
  ExpectInitialWeights("mlp_1", Config(1), SyntheticDataset());
  ExpectInitialWeights("mlp_large_seed", Config(123456789012345), SyntheticDataset());
  ExpectInitialWeights("linear_5", Config(5, {}), SyntheticDataset());
  ExpectInitialWeights("deep_7", Config(7, {20, 10}), TinyDataset());
}

/// 250 black images of which each has a label of its own.
std::shared_ptr<const Dataset> LabelsAlone() {
  ImageSet images{.count = 250, .pixels = 4, .images = std::vector<uint8_t>(1000), .labels = {}};
  images.labels.resize(250);
  std::iota(images.labels.begin(), images.labels.end(), uint8_t{0});
  return MakeDataset(images, images, 250);
}

/// Which label a linear model without input and with these biases gives such a loss.
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
  const auto training = Start(Config(0), SyntheticDataset());
  std::vector<float> losses;
  std::vector<double> evaluations;
  for (int epoch = 0; epoch < 7; ++epoch) {
    Append(training->TrainEpoch(kRates, GoOn), losses);
    const Evaluation evaluation = training->Evaluate(GoOn);
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
StepRates VariedRates(int64_t epoch) {
  StepRates rates;
  for (int64_t step = epoch * 4; step < epoch * 4 + 4; ++step) {
    const bool without = step < 3 || (20 <= step && step < 24);
    rates.lr.push_back(0.02 + 0.01 * static_cast<double>(step % 7));
    rates.momentum.push_back(without ? 0 : 0.8 + 0.1 * static_cast<double>(step % 5) / 5);
  }
  return rates;
}

void ExpectShape(const std::string& record, std::vector<int64_t> hidden) {
  const auto training = Start(Config(11, std::move(hidden), 32), TinyDataset());
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

TEST(TorchEngine, TrainsALinearModelWhoseRatesChangeAtEveryStep) { ExpectShape("linear", {}); }

TEST(TorchEngine, TrainsADeepModelWhoseRatesChangeAtEveryStep) { ExpectShape("deep", {20, 10}); }

/// One step from PyTorch's weights and momentum, with its batch.
void ExpectOneStep(const std::string& name) {
  const std::string prefix = "training_mnist_" + name;
  const auto labels = Golden<int>("training_mnist.txt", name + "_labels");
  const ImageSet batch{.count = 64,
                       .pixels = 784,
                       .images = GoldenBinary<uint8_t>(prefix + "_images.bin"),
                       .labels = {labels.begin(), labels.end()}};
  const auto training = Start(Config(0), MakeDataset(batch, batch, 10));
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

TEST(TorchEngine, TakesPyTorchsStepFromItsStateAtStep500) { ExpectOneStep("step_500"); }

TEST(TorchEngine, TakesPyTorchsStepFromItsStateAtStep1500) { ExpectOneStep("step_1500"); }

TEST(TorchEngine, FollowsPyTorchThroughAnEpochOfMnist) {
  const auto mnist = Mnist();
  if (mnist == nullptr) GTEST_SKIP() << "no MNIST in $LRSWEEP_DATA_DIR/mnist";
  const auto training = Start(Config(0), mnist);
  std::vector<float> losses = training->TrainEpoch(kRates, GoOn);
  const Evaluation evaluation = training->Evaluate(GoOn);
  const std::string file = "training_mnist.txt";
  ASSERT_EQ(losses.size(), 938u);
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / 938;
  EXPECT_NEAR(mean, Golden<double>(file, "first_epoch_mean").at(0), 1e-3);
  EXPECT_NEAR(evaluation.accuracy, Golden<double>(file, "first_epoch_evaluation").at(1), 5e-3);
  losses.resize(100);
  EXPECT_LT(LargestDifference(losses, Golden<double>(file, "first_losses")), 1e-5);
}

// ---- One result, always

TEST(TorchEngine, GivesEqualBitsForTheSameSeed) {
  const auto first = Start(Config(4), SyntheticDataset());
  const auto losses = first->TrainEpoch(kRates, GoOn);
  const auto second = Start(Config(4), SyntheticDataset());
  EXPECT_EQ(second->TrainEpoch(kRates, GoOn), losses);
  EXPECT_EQ(second->State().parameters, first->State().parameters);
}

TEST(TorchEngine, GivesOtherNumbersForAnotherSeed) {
  EXPECT_NE(Start(Config(4), TinyDataset())->TrainEpoch(kRates, GoOn),
            Start(Config(5), TinyDataset())->TrainEpoch(kRates, GoOn));
}

TEST(TorchEngine, KeepsInterleavedTrainingsApart) {
  const auto alone = Start(Config(1), SyntheticDataset());
  const auto first = alone->TrainEpoch(kRates, GoOn);
  const auto second = alone->TrainEpoch(kRates, GoOn);

  const auto training = Start(Config(1), SyntheticDataset());
  const auto other = Start(Config(2, {20, 10}, 32), TinyDataset());
  EXPECT_EQ(training->TrainEpoch(kRates, GoOn), first);
  other->TrainEpoch(kRates, GoOn);
  other->Evaluate(GoOn);
  EXPECT_EQ(training->TrainEpoch(kRates, GoOn), second);
}

TEST(TorchEngine, DrawsNoRandomNumberToEvaluate) {
  const auto with = Start(Config(1), TinyDataset());
  const auto without = Start(Config(1), TinyDataset());
  with->TrainEpoch(kRates, GoOn);
  without->TrainEpoch(kRates, GoOn);
  with->Evaluate(GoOn);
  EXPECT_EQ(with->TrainEpoch(kRates, GoOn), without->TrainEpoch(kRates, GoOn));
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

// ---- Where it ends otherwise

TEST(TorchEngine, SaysADivergedLossAndGoesOn) {
  const auto training = Start(Config(0), TinyDataset());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto losses = training->TrainEpoch({.lr = {nan}, .momentum = {0.9}}, GoOn);
  EXPECT_TRUE(std::isfinite(losses.front()));
  EXPECT_TRUE(std::isnan(losses.back()));
  EXPECT_TRUE(std::isnan(training->Evaluate(GoOn).loss));
}

TEST(TorchEngine, StopsAtTheFirstStepWhenTold) {
  const auto training = Start(Config(0), TinyDataset());
  int64_t stopped_at = 0;
  const Tick stop = [&stopped_at](const StepProgress& progress) {
    stopped_at = progress.steps_done;
    return false;
  };
  EXPECT_THROW(training->TrainEpoch(kRates, stop), TrainingInterrupted);
  EXPECT_EQ(stopped_at, 1);
  EXPECT_THROW(training->Evaluate(stop), TrainingInterrupted);
}

/// The longest time between two ticks of some epochs of small steps.
std::chrono::steady_clock::duration LongestSilence() {
  using Clock = std::chrono::steady_clock;
  const auto training = Start(Config(0, {128}, 1), SyntheticDataset());
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
    training->Evaluate(tick);
  }
  return longest;
}

TEST(TorchEngine, TicksAtLeastEvery100Milliseconds) {
  // 50 ms by design. A busy machine may keep a thread waiting longer: then it may try again.
  auto shortest = LongestSilence();
  for (int attempt = 0; attempt < 4; ++attempt) shortest = std::min(shortest, LongestSilence());
  EXPECT_LT(shortest, std::chrono::milliseconds(100));
}

TEST(TorchEngine, RefusesALabelThatTheClassesDoNotHold) {
  auto dataset = std::make_shared<Dataset>(*TinyDataset());
  dataset->train.labels[7] = 3;
  EXPECT_THROW(Start(Config(0), dataset), std::invalid_argument);
}

TEST(TorchEngine, RefusesDataThatIsEmptyOrDoesNotFitTogether) {
  auto empty = std::make_shared<Dataset>(*TinyDataset());
  empty->test = ImageSet{};
  EXPECT_THROW(Start(Config(0), empty), std::invalid_argument);
  auto other_size = std::make_shared<Dataset>(*TinyDataset());
  other_size->test = SyntheticImages(10, 9, 3, 1);
  EXPECT_THROW(Start(Config(0), other_size), std::invalid_argument);
}

TEST(TorchEngine, RefusesRatesThatAreNotOnePerStep) {
  const auto training = Start(Config(0, {4}, 32), TinyDataset());
  EXPECT_THROW(training->TrainEpoch({.lr = {0.1, 0.1}, .momentum = {0}}, GoOn),
               std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
