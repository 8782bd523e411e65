// Tests on the CPU the ways of computing that a pack takes on CUDA only.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/worker/torch/member_courses.h"
#include "worker/torch/pack.h"

namespace lrsweep {
namespace {

const ComputeDevice& Cpu() {
  static const ComputeDevice device(at::kCPU, /*uses_graphs=*/false);
  return device;
}

std::vector<Course> TrainWith(const std::vector<TrainConfig>& configs,
                              const std::shared_ptr<const Dataset>& data, ImagesAs images,
                              const PackOptions& options = {}) {
  std::unique_ptr<TorchPack> pack;
  {
    const ComputeScope scope(Cpu());
    pack = std::make_unique<TorchPack>(configs, ToDevice(data, at::kCPU, images), Cpu(), options);
  }
  return Train(*pack, configs, data, 2);
}

TEST(PackOptions, ImagesAsFloatsGiveTheBitsOfBytes) {
  for (const OptimizerType type : kTypes) {
    const auto floats = TrainWith(Members(type), TinyDataset(), ImagesAs::kFloats);
    const auto bytes = TrainWith(Members(type), TinyDataset(), ImagesAs::kBytes);
    for (size_t i = 0; i < bytes.size(); ++i) ExpectSame(floats[i], bytes[i], 0);
  }
}

TEST(PackOptions, ImagesAsFloatsGiveTheBitsOfBytesToTheLargeNetworkToo) {
  const std::vector<TrainConfig> configs = {Config(1), Config(2)};
  const auto floats = TrainWith(configs, SyntheticDataset(), ImagesAs::kFloats);
  const auto bytes = TrainWith(configs, SyntheticDataset(), ImagesAs::kBytes);
  for (size_t i = 0; i < bytes.size(); ++i) ExpectSame(floats[i], bytes[i], 0);
}

/// Members with every kind of row: momentum, Nesterov's, dampening of a part and of all, decay.
std::vector<TrainConfig> SgdMembers() {
  std::vector<TrainConfig> configs = Members(OptimizerType::kSgd);
  configs[0].dampening = 0.3;
  configs[1].dampening = 1;
  return configs;
}

TEST(PackOptions, MomentumInOnePassFollowsPyTorchs) {
  for (const std::vector<TrainConfig>& configs : {Members(OptimizerType::kSgd), SgdMembers()}) {
    const auto one_pass =
        TrainWith(configs, TinyDataset(), ImagesAs::kBytes, {.momentum = MomentumForm::kOnePass});
    const auto pytorch = TrainWith(configs, TinyDataset(), ImagesAs::kBytes);
    for (size_t i = 0; i < configs.size(); ++i) ExpectSame(one_pass[i], pytorch[i], 1e-6);
  }
}

/// A dampened member makes the pack take another pass: the others' bits must not show it.
TEST(PackOptions, MomentumInOnePassGivesAMemberTheSameBitsBesideADampenedOne) {
  const PackOptions options = {.momentum = MomentumForm::kOnePass};
  const std::vector<TrainConfig> configs = Members(OptimizerType::kSgd);
  const auto together = TrainWith(SgdMembers(), TinyDataset(), ImagesAs::kBytes, options);
  const auto expected = TrainWith(configs, TinyDataset(), ImagesAs::kBytes, options);
  for (const size_t i : {2U, 3U}) ExpectSame(together[i], expected[i], 0);
}

TEST(PackOptions, MomentumInOnePassKeepsTheBufferOfAMemberWithoutMomentum) {
  const std::vector<TrainConfig> configs = {Config(1, {20, 10}, 32), Config(2, {20, 10}, 32)};
  const ComputeScope scope(Cpu());
  TorchPack pack(configs, ToDevice(TinyDataset(), at::kCPU, ImagesAs::kBytes), Cpu(),
                 {.momentum = MomentumForm::kOnePass});
  pack.TrainEpoch({kRates, kRates}, GoOn);
  const std::vector<float> before = pack.State(0).momentum;
  pack.TrainEpoch({{.lr = {0.1}, .momentum = {0}}, kRates}, GoOn);
  EXPECT_EQ(pack.State(0).momentum, before);
}

}  // namespace
}  // namespace lrsweep
