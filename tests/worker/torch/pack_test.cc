// Tests the LibTorch engine's packs: a member's numbers do not depend on the others, and a step can
// be captured as a CUDA graph, which is tested on the CPU by recording LibTorch's operations.
#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <gtest/gtest.h>
#include <torch/version.h>

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/engine_checks.h"
#include "tests/support/pack_checks.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

Engine& TorchEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

// ---- Recording LibTorch's operations within the engine's steps

/// An operation and its arguments: numbers, and for tensors their addresses and shapes.
struct Call {
  std::string name;
  std::string arguments;
  bool is_inner = false;  // within another operation: LibTorch's own way to do that

  bool operator==(const Call& other) const = default;
};

std::ostream& operator<<(std::ostream& out, const Call& call) {
  return out << call.name << "(" << call.arguments << ")";
}

void Describe(const c10::IValue& value, std::ostream& out) {
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    if (!tensor.defined()) return;
    out << tensor.data_ptr() << tensor.sizes() << tensor.strides() << " ";
  } else if (value.isInt() || value.isDouble() || value.isBool() || value.isIntList()) {
    out << value << " ";
  }
}

using Step = std::vector<Call>;

/// What was recorded on this thread.
struct Seen {
  std::vector<Step> steps;
  int64_t allocations = 0;  // within steps
  bool watching = false;
  bool in_step = false;
  int64_t depth = 0;  // of operations within operations
};
thread_local Seen seen;

std::unique_ptr<at::ObserverContext> OnStart(const at::RecordFunction& function) {
  if (!seen.watching) return nullptr;
  if (function.scope() == at::RecordScope::USER_SCOPE) {
    seen.in_step = std::string(function.name()) == "lrsweep::step";
    seen.depth = 0;
    if (seen.in_step) seen.steps.emplace_back();
  } else if (seen.in_step) {
    std::ostringstream arguments;
    for (const c10::IValue& input : function.inputs()) Describe(input, arguments);
    seen.steps.back().push_back({function.name(), arguments.str(), seen.depth++ > 0});
  }
  return nullptr;
}

void OnEnd(const at::RecordFunction& function, at::ObserverContext*) {
  if (function.scope() == at::RecordScope::USER_SCOPE) {
    seen.in_step = false;
  } else {
    --seen.depth;
  }
}

#if TORCH_VERSION_MAJOR >= 2
using TotalSize = size_t;
#else
using TotalSize = int64_t;
#endif

class Allocations : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* /*memory*/, int64_t size, TotalSize /*allocated*/,
                         TotalSize /*reserved*/, c10::Device /*device*/) override {
    if (seen.in_step && size > 0) ++seen.allocations;
  }
  bool memoryProfilingEnabled() const override { return true; }
};

/// Records an epoch of `pack`.
Seen Watch(PackTraining& pack, const std::vector<StepRates>& rates) {
  static const auto handle =
      at::addGlobalCallback(at::RecordFunctionCallback(OnStart, OnEnd)
                                .needsInputs(true)
                                .scopes({at::RecordScope::FUNCTION, at::RecordScope::USER_SCOPE}));
  static_cast<void>(handle);
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE,
                                  std::make_shared<Allocations>());
  seen = Seen{};
  seen.watching = true;
  pack.TrainEpoch(rates, GoOn);
  seen.watching = false;
  return std::move(seen);
}

// ---- Packs to record

constexpr int64_t kSteps = 4;  // of 32 images of TinyDataset's 100, the last one of 4

TrainConfig Member(uint64_t seed, OptimizerType type) {
  TrainConfig config = Config(seed, {20, 10}, 32);
  config.epochs = 4;
  config.optimizer = type;
  config.weight_decay = seed % 2 == 0 ? 0.01 : 0;
  config.nesterov = seed % 3 == 0;
  return config;
}

std::vector<TrainConfig> Members(OptimizerType type) {
  return {Member(1, type), Member(2, type), Member(3, type), Member(4, type)};
}

/// Returns rates that differ at every step, for every member and in every epoch.
StepRates RatesOf(const TrainConfig& config, int64_t epoch, int64_t steps = kSteps) {
  StepRates rates;
  const double scale = config.optimizer == OptimizerType::kSgd ? 0.02 : 0.001;
  for (int64_t step = 0; step < steps; ++step) {
    const auto at = static_cast<double>(epoch * steps + step);
    rates.lr.push_back(scale * (1 + 0.1 * at) * static_cast<double>(config.seed));
    rates.momentum.push_back(0.9 - 0.01 * at);
  }
  return rates;
}

std::vector<StepRates> RatesOf(const std::vector<TrainConfig>& configs, int64_t epoch,
                               int64_t steps = kSteps) {
  std::vector<StepRates> rates;
  for (const TrainConfig& config : configs) rates.push_back(RatesOf(config, epoch, steps));
  return rates;
}

const auto kTypes = {OptimizerType::kSgd, OptimizerType::kAdam, OptimizerType::kAdamW};

/// Records LibTorch's operations. On CUDA most steps are replays of a graph, which call none.
class WatchedTorchPack : public testing::Test {
 protected:
  void SetUp() override {
    if (TorchEngine().Device() != "cpu") {
      GTEST_SKIP()
          << "LibTorch's operations are recorded on the CPU: on CUDA a replayed step calls "
             "none of them (replay_test.cc compares its numbers instead)";
    }
  }
};

/// Records three epochs of a pack of four.
std::vector<Seen> WatchEpochs(OptimizerType type) {
  const std::vector<TrainConfig> configs = Members(type);
  const auto pack = TorchEngine().StartPack(configs, TinyDataset());
  std::vector<Seen> epochs;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    epochs.push_back(Watch(*pack, RatesOf(configs, epoch)));
    pack->Evaluate(GoOn);
  }
  return epochs;
}

std::vector<std::string> OuterNames(const Step& step) {
  std::vector<std::string> names;
  for (const Call& call : step) {
    if (!call.is_inner) names.push_back(call.name);
  }
  return names;
}

/// Fails at the first call that differs.
void ExpectSameCalls(const Step& step, const Step& expected) {
  EXPECT_EQ(step.size(), expected.size());
  const auto [call, wanted] =
      std::mismatch(step.begin(), step.end(), expected.begin(), expected.end());
  if (call != step.end() && wanted != expected.end()) {
    EXPECT_EQ(*call, *wanted);
  }
}

TEST_F(WatchedTorchPack, GivesEveryStepTheSameOperationsTheSameNumbersAndTheSameMemory) {
  for (const OptimizerType type : kTypes) {
    const std::vector<Seen> epochs = WatchEpochs(type);
    ASSERT_GT(epochs[0].steps.at(0).size(), 20u);  // that something was seen
    for (const Seen& epoch : epochs) {
      ASSERT_EQ(epoch.steps.size(), static_cast<size_t>(kSteps));
      for (size_t step = 0; step + 1 < epoch.steps.size(); ++step) {
        if (&epoch == &epochs[0] && step == 0) continue;  // it makes the buffers
        ExpectSameCalls(epoch.steps[step], epochs[0].steps[1]);
      }
    }
    ExpectSameCalls(epochs[2].steps.back(), epochs[1].steps.back());
  }
}

TEST_F(WatchedTorchPack, DoesTheSameOperationsInTheShortLastBatch) {
  for (const OptimizerType type : kTypes) {
    const Seen epoch = WatchEpochs(type).back();
    EXPECT_EQ(OuterNames(epoch.steps.back()), OuterNames(epoch.steps.front()));
  }
}

TEST_F(WatchedTorchPack, ReadsNothingBackWithinAStep) {
  const std::set<std::string> reading = {"aten::item",       "aten::_local_scalar_dense",
                                         "aten::is_nonzero", "aten::equal",
                                         "aten::nonzero",    "aten::to",
                                         "aten::_to_copy",   "aten::masked_select"};
  for (const OptimizerType type : kTypes) {
    for (const Seen& epoch : WatchEpochs(type)) {
      for (const Step& step : epoch.steps) {
        for (const Call& call : step) EXPECT_EQ(reading.count(call.name), 0u) << call.name;
      }
    }
  }
}

TEST_F(WatchedTorchPack, AllocatesNothingInAStepAfterTheFirstEpoch) {
  for (const OptimizerType type : kTypes) {
    const std::vector<Seen> epochs = WatchEpochs(type);
    EXPECT_GT(epochs[0].allocations, 0);  // that allocations are seen
    EXPECT_EQ(epochs[1].allocations, 0);
    EXPECT_EQ(epochs[2].allocations, 0);
  }
}

// ---- The same numbers in any pack

/// The results of a member's epochs.
struct Course {
  std::vector<std::vector<float>> losses;
  std::vector<double> evaluations;
  TrainingState state;
};

void Record(std::vector<float> losses, const Evaluation& evaluation, Course& course) {
  course.losses.push_back(std::move(losses));
  course.evaluations.insert(course.evaluations.end(), {evaluation.loss, evaluation.accuracy});
}

/// Trains one pack of these configs for three epochs and returns each one's course.
std::vector<Course> Train(const std::vector<TrainConfig>& configs,
                          const std::shared_ptr<const Dataset>& data, int64_t epochs = 3) {
  const auto pack = TorchEngine().StartPack(configs, data);
  std::vector<Course> courses(configs.size());
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const int64_t steps = configs[0].StepsPerEpoch(data->train.count);
    const auto losses = pack->TrainEpoch(RatesOf(configs, epoch, steps), GoOn);
    const auto evaluations = pack->Evaluate(GoOn);
    for (size_t i = 0; i < configs.size(); ++i) Record(losses[i], evaluations[i], courses[i]);
  }
  for (size_t i = 0; i < configs.size(); ++i) courses[i].state = pack->State(i);
  return courses;
}

/// Expects equal bits if LibTorch computes a batched product as a sequence of plain ones, as it
/// does on the CPU with OpenBLAS. MKL and cuBLAS do not.
bool PromisesEqualBits() {
  return TorchEngine().Device() == "cpu" &&
         TorchEngine().CpuTarget().find("OpenBLAS") != std::string::npos;
}

void ExpectSame(const Course& course, const Course& alone) {
  const double least = PromisesEqualBits() ? 1e-300 : 1e-5;
  ASSERT_EQ(course.losses.size(), alone.losses.size());
  for (size_t epoch = 0; epoch < alone.losses.size(); ++epoch) {
    EXPECT_LT(LargestDifference(course.losses[epoch], alone.losses[epoch]), least);
  }
  EXPECT_LT(LargestDifference(course.evaluations, alone.evaluations), least);
  EXPECT_LT(LargestDifference(course.state.parameters, alone.state.parameters), least);
  EXPECT_LT(LargestDifference(course.state.momentum, alone.state.momentum), least);
  EXPECT_LT(LargestDifference(course.state.second_moment, alone.state.second_moment), least);
  EXPECT_EQ(course.state.random, alone.state.random);
  EXPECT_EQ(course.state.steps, alone.state.steps);
}

TEST(TorchPack, GivesATrialTheSameNumbersAloneAndAtAnyPlaceInAPack) {
  for (const OptimizerType type : kTypes) {
    std::vector<TrainConfig> configs = Members(type);
    std::vector<Course> alone;
    for (const TrainConfig& config : configs) alone.push_back(Train({config}, TinyDataset())[0]);
    for (size_t turn = 0; turn < configs.size(); ++turn) {
      const std::vector<Course> together = Train(configs, TinyDataset());
      for (size_t i = 0; i < configs.size(); ++i) ExpectSame(together[i], alone[i]);
      std::rotate(configs.begin(), configs.begin() + 1, configs.end());
      std::rotate(alone.begin(), alone.begin() + 1, alone.end());
    }
  }
}

TEST(TorchPack, GivesTheSameNumbersToTheLargeNetworkToo) {
  const std::vector<TrainConfig> configs = {Config(1), Config(2), Config(3)};
  const std::vector<Course> together = Train(configs, SyntheticDataset(), 1);
  for (size_t i = 0; i < configs.size(); ++i) {
    ExpectSame(together[i], Train({configs[i]}, SyntheticDataset(), 1)[0]);
  }
}

TEST(TorchPack, GivesATrialTheSameEpochsAloneAndAtAnyPlaceInAPack) {
  ExpectTheSameAloneAndInAPack(TorchEngine(), PromisesEqualBits() ? 0 : 1e-5);
}

TEST(TorchPack, EndsAResumedTrialWithTheSameBits) {
  ExpectResumedTrialToEndTheSame(TorchEngine(), PromisesEqualBits() ? 0 : 1e-5);
}

/// A momentum of 0 must keep the buffer, whatever the other members do.
TEST(TorchPack, LetsMembersWithAndWithoutMomentumShareAPack) {
  const std::vector<TrainConfig> configs = {Config(1, {20, 10}, 32), Config(2, {20, 10}, 32)};
  const auto pack = TorchEngine().StartPack(configs, TinyDataset());
  const auto without = TorchEngine().Start(configs[0], TinyDataset());
  const auto varied = TorchEngine().Start(configs[1], TinyDataset());
  const StepRates none = {.lr = {0.1}, .momentum = {0}};
  for (int64_t epoch = 0; epoch < 8; ++epoch) {
    const auto losses = pack->TrainEpoch({none, VariedRates(epoch)}, GoOn);
    EXPECT_LT(LargestDifference(losses[0], without->TrainEpoch(none, GoOn)), 1e-6);
    EXPECT_LT(LargestDifference(losses[1], varied->TrainEpoch(VariedRates(epoch), GoOn)), 1e-6);
  }
  EXPECT_TRUE(pack->State(0).momentum.empty());
  EXPECT_LT(LargestDifference(pack->State(1).momentum, varied->State().momentum), 1e-6);
}

TEST(TorchPack, GoesOnWithTheMembersThatStay) {
  for (const OptimizerType type : kTypes) {
    const std::vector<TrainConfig> configs = Members(type);
    const auto pack = TorchEngine().StartPack(configs, TinyDataset());
    pack->TrainEpoch(RatesOf(configs, 0), GoOn);
    pack->Evaluate(GoOn);
    pack->Keep({1, 3});
    const std::vector<TrainConfig> kept = {configs[1], configs[3]};
    std::vector<Course> courses(2);
    for (int64_t epoch = 1; epoch < 3; ++epoch) {
      const auto losses = pack->TrainEpoch(RatesOf(kept, epoch), GoOn);
      const auto evaluations = pack->Evaluate(GoOn);
      for (size_t i = 0; i < 2; ++i) Record(losses[i], evaluations[i], courses[i]);
    }
    for (size_t i = 0; i < 2; ++i) {
      courses[i].state = pack->State(i);
      Course alone = Train({kept[i]}, TinyDataset())[0];
      alone.losses.erase(alone.losses.begin());
      alone.evaluations.erase(alone.evaluations.begin(), alone.evaluations.begin() + 2);
      ExpectSame(courses[i], alone);
    }
  }
}

TEST(TorchPack, RestoresAMemberToItsState) {
  for (const OptimizerType type : kTypes) {
    const std::vector<TrainConfig> configs = Members(type);
    const auto pack = TorchEngine().StartPack(configs, TinyDataset());
    pack->TrainEpoch(RatesOf(configs, 0), GoOn);
    const auto resumed = TorchEngine().StartPack({configs[3], configs[0]}, TinyDataset());
    resumed->Restore(0, pack->State(3));
    resumed->Restore(1, pack->State(0));
    const auto expected = pack->TrainEpoch(RatesOf(configs, 1), GoOn);
    const auto losses = resumed->TrainEpoch(RatesOf({configs[3], configs[0]}, 1), GoOn);
    const double least = PromisesEqualBits() ? 1e-300 : 1e-5;
    EXPECT_LT(LargestDifference(losses[0], expected[3]), least);
    EXPECT_LT(LargestDifference(losses[1], expected[0]), least);
  }
}

TEST(TorchPack, TellsOfAMemberThatItHas) {
  const std::vector<TrainConfig> configs = Members(OptimizerType::kSgd);
  const auto pack = TorchEngine().StartPack(configs, TinyDataset());
  const Tick tick = [](const StepProgress& progress) {
    EXPECT_LT(progress.member, 4u);
    EXPECT_TRUE(std::isfinite(progress.loss));
    return true;
  };
  pack->TrainEpoch(RatesOf(configs, 0), tick);
  pack->Evaluate(tick);
}

TEST(TorchPack, RefusesMembersThatDoNotAgree) {
  const TrainConfig config = Config(0, {20}, 32);
  EXPECT_THROW(TorchEngine().StartPack({}, TinyDataset()), std::invalid_argument);
  TrainConfig adam = config;
  adam.optimizer = OptimizerType::kAdam;
  for (const TrainConfig& other : {Config(0, {21}, 32), Config(0, {20}, 33), adam}) {
    EXPECT_THROW(TorchEngine().StartPack({config, other}, TinyDataset()), std::invalid_argument);
  }
  const auto pack = TorchEngine().StartPack({config}, TinyDataset());
  EXPECT_THROW(pack->TrainEpoch({kRates, kRates}, GoOn), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
