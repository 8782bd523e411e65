// Tests Engine's default pack (independent trainings that take turns), with the CPU engine.
#include "worker/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_checks.h"
#include "tests/support/pack_checks.h"
#include "worker/cpu/cpu_engine.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

Engine& CpuEngine() {
  static const std::unique_ptr<Engine> engine = MakeCpuEngine();
  return *engine;
}

TEST(Engine, LikesPacksOfOneOnTheCpu) { EXPECT_EQ(CpuEngine().PackSize(), 1u); }

TEST(Engine, GivesATrialTheSameBitsAloneAndAtAnyPlaceInAPack) {
  ExpectTheSameAloneAndInAPack(CpuEngine(), 0);
}

TEST(Engine, EndsAResumedTrialWithTheSameBits) { ExpectResumedTrialToEndTheSame(CpuEngine(), 0); }

TEST(Engine, TellsWhichMemberATickIsOf) {
  const auto pack = CpuEngine().StartPack({Config(1, {4}), Config(2, {4})}, TinyDataset());
  std::vector<size_t> members;
  const Tick tick = [&members](const StepProgress& progress) {
    if (members.empty() || members.back() != progress.member) members.push_back(progress.member);
    return true;
  };
  pack->TrainEpoch({kRates, kRates}, tick);
  pack->Evaluate(Split::kTest, tick);
  EXPECT_THAT(members, ElementsAre(0, 1, 0, 1));
}

TEST(Engine, CountsTheMembersThatStayAnew) {
  const auto pack =
      CpuEngine().StartPack({Config(1, {4}), Config(2, {4}), Config(3, {4})}, TinyDataset());
  const TrainingState second = pack->State(1);
  const TrainingState third = pack->State(2);
  pack->Keep({1, 2});
  EXPECT_EQ(pack->State(0).parameters, second.parameters);
  EXPECT_EQ(pack->State(1).parameters, third.parameters);
  EXPECT_EQ(pack->Evaluate(Split::kTest, GoOn).size(), 2u);
  pack->Keep({1});
  EXPECT_EQ(pack->State(0).parameters, third.parameters);
}

}  // namespace
}  // namespace lrsweep
