// Tests the LibTorch engine's packs: a member's numbers do not depend on the others, and a step can
// be captured as a CUDA graph, which is tested on the CPU by recording LibTorch's operations.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/engine_checks.h"
#include "tests/support/pack_checks.h"
#include "tests/worker/torch/member_courses.h"
#include "tests/worker/torch/recorded_steps.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

Engine& TorchEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

/// Records LibTorch's operations.
class WatchedTorchPack : public testing::Test {
 protected:
  void SetUp() override { SkipUnlessRecorded(TorchEngine()); }
};

/// Records three epochs of a pack of four.
std::vector<Seen> WatchEpochs(OptimizerType type) {
  const std::vector<TrainConfig> configs = Members(type);
  const auto pack = TorchEngine().StartPack(configs, TinyDataset());
  std::vector<Seen> epochs;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    epochs.push_back(Watch(*pack, RatesOf(configs, epoch)));
    pack->Evaluate(Split::kTest, GoOn);
  }
  return epochs;
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

/// Trains one pack of these configs and returns each one's course.
std::vector<Course> Train(const std::vector<TrainConfig>& configs,
                          const std::shared_ptr<const Dataset>& data, int64_t epochs = 3) {
  return Train(*TorchEngine().StartPack(configs, data), configs, data, epochs);
}

double Tolerance() { return PromisesEqualBits(TorchEngine()) ? 0 : 1e-5; }

void ExpectSame(const Course& course, const Course& alone) {
  ExpectSame(course, alone, Tolerance());
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
  ExpectTheSameAloneAndInAPack(TorchEngine(), Tolerance());
}

TEST(TorchPack, EndsAResumedTrialWithTheSameBits) {
  ExpectResumedTrialToEndTheSame(TorchEngine(), Tolerance());
}

/// A momentum of 0 must keep the buffer, whatever the other members do.
TEST(TorchPack, LetsMembersWithAndWithoutMomentumShareAPack) {
  const std::vector<TrainConfig> configs = {Config(1, {20, 10}, 32), Config(2, {20, 10}, 32)};
  const auto pack = TorchEngine().StartPack(configs, TinyDataset());
  const auto without = TorchEngine().Start(configs[0], TinyDataset());
  const auto varied = TorchEngine().Start(configs[1], TinyDataset());
  const StepRates none = {.lr = {0.1}, .momentum = {0}};
  const double most = std::max(1e-6, Tolerance());
  for (int64_t epoch = 0; epoch < 8; ++epoch) {
    const auto losses = pack->TrainEpoch({none, VariedRates(epoch)}, GoOn);
    EXPECT_LE(LargestDifference(losses[0], without->TrainEpoch(none, GoOn)), most);
    EXPECT_LE(LargestDifference(losses[1], varied->TrainEpoch(VariedRates(epoch), GoOn)), most);
  }
  EXPECT_TRUE(pack->State(0).momentum.empty());
  EXPECT_LE(LargestDifference(pack->State(1).momentum, varied->State().momentum), most);
}

TEST(TorchPack, GoesOnWithTheMembersThatStay) {
  for (const OptimizerType type : kTypes) {
    const std::vector<TrainConfig> configs = Members(type);
    const auto pack = TorchEngine().StartPack(configs, TinyDataset());
    pack->TrainEpoch(RatesOf(configs, 0), GoOn);
    pack->Evaluate(Split::kTest, GoOn);
    pack->Keep({1, 3});
    const std::vector<TrainConfig> kept = {configs[1], configs[3]};
    std::vector<Course> courses(2);
    for (int64_t epoch = 1; epoch < 3; ++epoch) {
      const auto losses = pack->TrainEpoch(RatesOf(kept, epoch), GoOn);
      const auto evaluations = pack->Evaluate(Split::kTest, GoOn);
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
    EXPECT_LE(LargestDifference(losses[0], expected[3]), Tolerance());
    EXPECT_LE(LargestDifference(losses[1], expected[0]), Tolerance());
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
  pack->Evaluate(Split::kTest, tick);
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
