// The CPU engine against PyTorch's own run of the script (golden/make_training_reference.py), and
// against itself on every target that the machine has. Its trainings beside LibTorch's are in
// cpu_torch_test.cc.
#include "worker/cpu_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "tests/training_reference.h"

namespace lrsweep {
namespace {

const StepRates kRates = {.lr = {0.1}, .momentum = {0.9}};

bool GoOn(const StepProgress&) { return true; }

TrainConfig Config(uint64_t seed, std::vector<int64_t> hidden = {128}, int64_t batch_size = 64) {
  TrainConfig config;
  config.hidden = std::move(hidden);
  config.epochs = 1;
  config.batch_size = batch_size;
  config.seed = seed;
  return config;
}

std::unique_ptr<Training> Start(const TrainConfig& config, std::shared_ptr<const Dataset> dataset) {
  static const std::unique_ptr<Engine> engine = MakeCpuEngine();
  return engine->Start(config, std::move(dataset));
}

void Append(const std::vector<float>& more, std::vector<float>& all) {
  all.insert(all.end(), more.begin(), more.end());
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
  const auto training = Start(Config(0), SyntheticDataset());
  std::vector<float> losses;
  std::vector<double> evaluations;
  for (int epoch = 0; epoch < 7; ++epoch) {
    Append(training->TrainEpoch(kRates, GoOn), losses);
    const Evaluation evaluation = training->Evaluate(GoOn);
    evaluations.insert(evaluations.end(), {evaluation.loss, evaluation.accuracy});
  }
  auto expected = Golden<double>("training_synthetic.txt", "losses");
  ASSERT_EQ(losses.size(), expected.size());
  losses.resize(100);
  expected.resize(100);
  EXPECT_LT(LargestDifference(losses, expected), 1e-5);
  EXPECT_LT(LargestDifference(evaluations, Golden<double>("training_synthetic.txt", "evaluations")),
            1e-4);
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

TEST(CpuEngine, TrainsALinearModelWhoseRatesChangeAtEveryStep) { ExpectShape("linear", {}); }

TEST(CpuEngine, TrainsADeepModelWhoseRatesChangeAtEveryStep) { ExpectShape("deep", {20, 10}); }

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

TEST(CpuEngine, TakesPyTorchsStepFromItsStateAtStep500) { ExpectOneStep("step_500"); }

TEST(CpuEngine, TakesPyTorchsStepFromItsStateAtStep1500) { ExpectOneStep("step_1500"); }

TEST(CpuEngine, FollowsPyTorchThroughAnEpochOfMnist) {
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

// ---- The optimizer

/// What torch.optim.SGD makes of a parameter and its gradient, as its documentation says; the
/// buffer is NaN before its first use.
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

/// One step of `training` from `parameters`, whose whole epoch is one batch, as a gradient.
std::vector<float> Gradient(const TrainConfig& config, std::shared_ptr<const Dataset> dataset,
                            const std::vector<float>& parameters) {
  TrainConfig plain = config;
  plain.weight_decay = plain.dampening = 0;
  plain.nesterov = false;
  const auto training = Start(plain, std::move(dataset));
  TrainingState state = training->State();
  state.parameters = parameters;
  training->Restore(state);
  training->TrainEpoch({.lr = {1}, .momentum = {0}}, GoOn);
  const auto after = training->State().parameters;
  std::vector<float> gradient;
  for (size_t i = 0; i < after.size(); ++i) gradient.push_back(parameters[i] - after[i]);
  return gradient;
}

void ExpectSgd(const Sgd& sgd) {
  TrainConfig config = Config(3, {20, 40}, 100);
  config.weight_decay = sgd.weight_decay;
  config.dampening = sgd.dampening;
  config.nesterov = sgd.nesterov;
  const auto training = Start(config, TinyDataset());
  auto now = training->State().parameters;
  std::vector<double> buffers(now.size(), std::numeric_limits<double>::quiet_NaN());
  for (int step = 0; step < 4; ++step) {
    const auto gradient = Gradient(config, TinyDataset(), now);
    std::vector<double> expected(now.begin(), now.end());
    for (size_t i = 0; i < now.size(); ++i) sgd.Step(gradient[i], expected[i], buffers[i]);
    training->TrainEpoch({.lr = {sgd.lr}, .momentum = {sgd.momentum}}, GoOn);
    now = training->State().parameters;
    EXPECT_LT(LargestDifference(now, expected), 1e-6) << step;
  }
}

TEST(CpuEngine, DecaysWeightsDampensAndLooksAheadAsPyTorchDoes) {
  ExpectSgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0, .dampening = 0, .nesterov = false});
  ExpectSgd({.lr = 0.1, .momentum = 0, .weight_decay = 0.1, .dampening = 0, .nesterov = false});
  ExpectSgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .dampening = 0, .nesterov = true});
  ExpectSgd({.lr = 0.1, .momentum = 0.8, .weight_decay = 0, .dampening = 0.5, .nesterov = false});
}

// ---- One result, always

/// The bits of two epochs and their evaluations, as one hash.
uint64_t Bits(Engine& engine, const TrainConfig& config, std::shared_ptr<const Dataset> dataset,
              const StepRates& rates = kRates) {
  const auto training = engine.Start(config, std::move(dataset));
  std::vector<float> all;
  for (int epoch = 0; epoch < 2; ++epoch) {
    Append(training->TrainEpoch(rates, GoOn), all);
    const Evaluation evaluation = training->Evaluate(GoOn);
    Append({static_cast<float>(evaluation.loss), static_cast<float>(evaluation.accuracy)}, all);
  }
  Append(training->State().parameters, all);
  Append(training->State().momentum, all);
  return Fnv1a(all);
}

/// Images of any size and number of classes; the last 40 make the test set.
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
  for (const std::string& target : CpuEngineTargets()) {
    const auto engine = MakeCpuEngine(target);
    EXPECT_EQ(engine->CpuTarget(), target);
    for (const Network& network : kNetworks) {
      EXPECT_EQ(Bits(*engine, network), Golden<uint64_t>("cpu_engine_bits.txt", network.name).at(0))
          << network.name << " on " << target;
    }
  }
}

TEST(CpuEngine, GivesEqualBitsOnEveryTargetOverAnEpochOfMnist) {
  const auto mnist = Mnist();
  if (mnist == nullptr) GTEST_SKIP() << "no MNIST in $LRSWEEP_DATA_DIR/mnist";
  const uint64_t expected = Bits(*MakeCpuEngine(), Config(0), mnist);
  for (const std::string& target : CpuEngineTargets()) {
    EXPECT_EQ(Bits(*MakeCpuEngine(target), Config(0), mnist), expected) << target;
  }
}

TEST(CpuEngine, GivesEqualBitsForTheSameSeed) {
  const auto first = Start(Config(4), SyntheticDataset());
  const auto losses = first->TrainEpoch(kRates, GoOn);
  const auto second = Start(Config(4), SyntheticDataset());
  EXPECT_EQ(second->TrainEpoch(kRates, GoOn), losses);
  EXPECT_EQ(second->State().parameters, first->State().parameters);
  EXPECT_NE(Start(Config(5), SyntheticDataset())->TrainEpoch(kRates, GoOn), losses);
}

TEST(CpuEngine, KeepsInterleavedTrainingsApart) {
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

TEST(CpuEngine, TrainsTheSameWhetherItEvaluatesOrNot) {
  const auto with = Start(Config(1), TinyDataset());
  const auto without = Start(Config(1), TinyDataset());
  with->TrainEpoch(kRates, GoOn);
  without->TrainEpoch(kRates, GoOn);
  with->Evaluate(GoOn);
  EXPECT_EQ(with->TrainEpoch(kRates, GoOn), without->TrainEpoch(kRates, GoOn));
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
  EXPECT_EQ(resumed->TrainEpoch(kRates, GoOn), training->TrainEpoch(kRates, GoOn));
  EXPECT_EQ(resumed->State().parameters, training->State().parameters);
}

TEST(CpuEngine, GoesOnWithEqualBitsFromASavedState) {
  ExpectResumes(Config(6), kRates);
  ExpectResumes(Config(6, {40, 50}), {.lr = {0.1}, .momentum = {0}});
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

// ---- Where it ends otherwise

TEST(CpuEngine, SaysADivergedLossAndGoesOn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& hidden : {std::vector<int64_t>{128}, {}, {40, 50}}) {
    const auto training = Start(Config(0, hidden), TinyDataset());
    const auto losses = training->TrainEpoch({.lr = {nan}, .momentum = {0.9}}, GoOn);
    EXPECT_TRUE(std::isfinite(losses.front()));
    EXPECT_TRUE(std::isnan(losses.back()));
    EXPECT_TRUE(std::isnan(training->Evaluate(GoOn).loss));
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
  EXPECT_FALSE(std::isfinite(training->Evaluate(GoOn).loss));
}

TEST(CpuEngine, LeavesDenormalsToOthers) {
  const auto training = Start(Config(0), TinyDataset());
  training->TrainEpoch(kRates, GoOn);
  training->Evaluate(GoOn);
  const volatile float tiny = std::numeric_limits<float>::min();
  EXPECT_GT(tiny / 2, 0);
  const Tick look = [](const StepProgress&) {
    const volatile float least = std::numeric_limits<float>::min();
    EXPECT_GT(least / 2, 0);
    return true;
  };
  training->TrainEpoch(kRates, look);
}

TEST(CpuEngine, StopsAtTheFirstStepWhenTold) {
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
  const auto training = Start(Config(0, {512}, 1), SyntheticDataset());
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

TEST(CpuEngine, TicksAtLeastEvery100Milliseconds) {
  // 50 ms by design. A busy machine may keep a thread waiting longer: then it may try again.
  auto shortest = LongestSilence();
  for (int attempt = 0; attempt < 4; ++attempt) shortest = std::min(shortest, LongestSilence());
  EXPECT_LT(shortest, std::chrono::milliseconds(100));
}

TEST(CpuEngine, RefusesALabelThatTheClassesDoNotHold) {
  auto dataset = std::make_shared<Dataset>(*TinyDataset());
  dataset->train.labels[7] = 3;
  EXPECT_THROW(Start(Config(0), dataset), std::invalid_argument);
}

TEST(CpuEngine, RefusesDataThatIsEmptyOrDoesNotFitTogether) {
  auto empty = std::make_shared<Dataset>(*TinyDataset());
  empty->test = ImageSet{};
  EXPECT_THROW(Start(Config(0), empty), std::invalid_argument);
  auto other_size = std::make_shared<Dataset>(*TinyDataset());
  other_size->test = SyntheticImages(10, 9, 3, 1);
  EXPECT_THROW(Start(Config(0), other_size), std::invalid_argument);
}

TEST(CpuEngine, RefusesRatesThatAreNotOnePerStep) {
  const auto training = Start(Config(0, {4}, 32), TinyDataset());
  EXPECT_THROW(training->TrainEpoch({.lr = {0.1, 0.1}, .momentum = {0}}, GoOn),
               std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
