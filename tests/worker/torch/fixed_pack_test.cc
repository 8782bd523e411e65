// Tests packs of a fixed size: they ask LibTorch for the same operations of the same shapes, and
// give their members the same numbers, however many members there are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/support/pack_checks.h"
#include "tests/worker/torch/member_courses.h"
#include "tests/worker/torch/recorded_steps.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr size_t kFixed = 4;

std::unique_ptr<Engine> MakeFixedEngine() {
  std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  engine->FixPackSize(kFixed);
  return engine;
}

Engine& FixedEngine() {
  static const std::unique_ptr<Engine> engine = MakeFixedEngine();
  return *engine;
}

Engine& FreeEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

/// Between packs of different sizes.
double Tolerance() { return PromisesEqualBits(FixedEngine()) ? 0 : 1e-5; }

/// Between packs of the fixed size. On CUDA their bits should be equal: tests that fail by this on
/// a GPU show that they are not, and that docs/engines.md and README promise too much.
double FixedTolerance() { return FixedEngine().Device() == "cpu" ? Tolerance() : 0; }

/// Members that need the same passes over their parameters, whichever of them are together.
std::vector<TrainConfig> AlikeMembers(size_t count, OptimizerType type) {
  std::vector<TrainConfig> configs;
  for (uint64_t seed = 1; seed <= count; ++seed) {
    configs.push_back(Member(seed, type));
    configs.back().weight_decay = 0.01;
    configs.back().nesterov = true;
  }
  return configs;
}

void ExpectSameShapes(const Seen& epoch, const Seen& expected) {
  ASSERT_EQ(epoch.steps.size(), static_cast<size_t>(kSteps));
  ASSERT_EQ(expected.steps.size(), static_cast<size_t>(kSteps));
  for (size_t step = 0; step < epoch.steps.size(); ++step) {
    ASSERT_GT(expected.steps[step].size(), 20U);  // that something was seen
    ASSERT_EQ(epoch.steps[step].size(), expected.steps[step].size());
    for (size_t i = 0; i < epoch.steps[step].size(); ++i) {
      EXPECT_EQ(epoch.steps[step][i].name, expected.steps[step][i].name);
      EXPECT_EQ(epoch.steps[step][i].shapes, expected.steps[step][i].shapes);
    }
  }
}

/// Records LibTorch's operations.
class RecordedFixedPack : public testing::Test {
 protected:
  void SetUp() override { SkipUnlessRecorded(FixedEngine()); }
};

TEST_F(RecordedFixedPack, AsksForTheSameOperationsHoweverManyMembersItHas) {
  for (const OptimizerType type : kTypes) {
    std::vector<std::vector<Seen>> packs;
    for (const size_t members : {size_t{1}, size_t{3}, kFixed}) {
      const std::vector<TrainConfig> configs = AlikeMembers(members, type);
      const auto pack = FixedEngine().StartPack(configs, TinyDataset());
      packs.emplace_back();
      for (int64_t epoch = 0; epoch < 2; ++epoch) {
        packs.back().push_back(Watch(*pack, RatesOf(configs, epoch)));
      }
    }
    for (size_t epoch = 0; epoch < 2; ++epoch) {
      ExpectSameShapes(packs[0][epoch], packs[2][epoch]);
      ExpectSameShapes(packs[1][epoch], packs[2][epoch]);
    }
  }
}

TEST_F(RecordedFixedPack, AsksForTheSameOperationsOnTheSameMemoryAfterMembersHaveLeft) {
  for (const OptimizerType type : kTypes) {
    const std::vector<TrainConfig> configs = AlikeMembers(kFixed, type);
    const auto pack = FixedEngine().StartPack(configs, TinyDataset());
    Watch(*pack, RatesOf(configs, 0));
    const Seen before = Watch(*pack, RatesOf(configs, 1));
    pack->Keep({1, 3});
    const std::vector<TrainConfig> kept = {configs[1], configs[3]};
    const Seen after = Watch(*pack, RatesOf(kept, 2));
    EXPECT_EQ(after.allocations, 0);
    ASSERT_EQ(after.steps.size(), before.steps.size());
    for (size_t step = 0; step < after.steps.size(); ++step) {
      ExpectSameCalls(after.steps[step], before.steps[step]);
    }
  }
}

TEST(FixedPack, GivesTheNumbersOfAPackWithoutGhosts) {
  for (const OptimizerType type : kTypes) {
    for (const size_t members : {size_t{1}, size_t{3}, kFixed}) {
      std::vector<TrainConfig> configs = Members(type);
      configs.resize(members);
      const auto fixed = FixedEngine().StartPack(configs, TinyDataset());
      const auto free = FreeEngine().StartPack(configs, TinyDataset());
      const auto courses = Train(*fixed, configs, TinyDataset(), 3);
      const auto expected = Train(*free, configs, TinyDataset(), 3);
      for (size_t i = 0; i < members; ++i) ExpectSame(courses[i], expected[i], Tolerance());
    }
  }
}

TEST(FixedPack, GivesThemAfterMembersHaveLeft) {
  for (const OptimizerType type : kTypes) {
    std::vector<std::vector<Course>> courses;
    for (Engine* engine : {&FixedEngine(), &FreeEngine()}) {
      const auto pack = engine->StartPack(Members(type), TinyDataset());
      Train(*pack, Members(type), TinyDataset(), 2);
      pack->Keep({0, 2, 3});
      const std::vector<TrainConfig> three = {Member(1, type), Member(3, type), Member(4, type)};
      Train(*pack, three, TinyDataset(), 1, 2);
      pack->Keep({2});
      courses.push_back(Train(*pack, {Member(4, type)}, TinyDataset(), 1, 3));
    }
    ExpectSame(courses[0].at(0), courses[1].at(0), Tolerance());
  }
}

TEST(FixedPack, GivesATrialTheSameEpochsAloneAndAtAnyPlaceInAPack) {
  const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  engine->FixPackSize(PackTrials().size() + 1);
  ExpectTheSameAloneAndInAPack(*engine, FixedTolerance());
}

TEST(FixedPack, EndsAResumedTrialWithTheSameBits) {
  ExpectResumedTrialToEndTheSame(FixedEngine(), FixedTolerance());
}

TEST(FixedPack, TellsOnlyOfMembers) {
  const std::vector<TrainConfig> configs = {Member(1, OptimizerType::kSgd),
                                            Member(2, OptimizerType::kSgd)};
  const auto pack = FixedEngine().StartPack(configs, TinyDataset());
  const Tick tick = [](const StepProgress& progress) { return progress.member < 2; };
  EXPECT_EQ(pack->TrainEpoch(RatesOf(configs, 0), tick).size(), 2U);
  EXPECT_EQ(pack->Evaluate(Split::kTest, tick).size(), 2U);
  EXPECT_THROW(pack->State(2), std::out_of_range);
}

TEST(FixedPack, IsNamedByWhatTheBitsDependOn) {
  EXPECT_THAT(FixedEngine().CpuTarget(), EndsWith(", packs of 4"));
  EXPECT_THAT(FreeEngine().CpuTarget(), Not(HasSubstr("packs of")));
}

TEST(FixedPack, IsTheMostThatTheEngineTakes) {
  EXPECT_EQ(FixedEngine().PackSize(), kFixed);
  std::vector<TrainConfig> configs = Members(OptimizerType::kSgd);
  configs.push_back(configs.front());
  EXPECT_THROW(FixedEngine().StartPack(configs, TinyDataset()), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
