// Tests what the executor of the built-in model passes on from its engine.
#include "worker/built_in_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

namespace lrsweep {
namespace {

using testing::ThrowsMessage;

/// An engine whose device fails when a training starts.
class FailedEngine : public Engine {
 public:
  std::string Name() const override { return "torch"; }
  std::string Device() const override { return "cuda:0"; }
  std::string CpuTarget() const override { return "a GPU, LibTorch"; }
  std::unique_ptr<Training> Start(const TrainConfig&, std::shared_ptr<const Dataset>) override {
    throw ExecutorUnusable("cuda:0 has failed");
  }
};

class NoEvents : public PackObserver {
 public:
  void OnEpoch(size_t, EpochRecord) override { ADD_FAILURE() << "an epoch"; }
  void OnEnd(size_t, TrialState) override { ADD_FAILURE() << "an end"; }
};

/// An engine that likes packs of some size.
class PackEngine : public FailedEngine {
 public:
  explicit PackEngine(size_t liked) : size_(liked) {}
  size_t PackSize() const override { return size_; }
  void FixPackSize(size_t size) override { size_ = size; }

 private:
  size_t size_;
};

std::shared_ptr<const Dataset> TwoImages() {
  auto dataset = std::make_shared<Dataset>();
  dataset->train = {2, 1, {1, 2}, {0, 1}};
  return dataset;
}

/// The pack size of which a worker tells whose engine likes packs of `liked`, by `setup`.
int64_t PackSizeOf(size_t liked, const WorkerSetup& setup) {
  const MakeExecutor make = MakeBuiltInExecutor({
      .load_dataset = [](const WorkerSetup&) { return TwoImages(); },
      .make_engine = [&](const WorkerSetup&) { return std::make_unique<PackEngine>(liked); },
  });
  return make(setup)->Describe().pack_size;
}

std::unique_ptr<Executor> MakeFailedExecutor() {
  return MakeBuiltInExecutor({
      .load_dataset = [](const WorkerSetup&) { return TwoImages(); },
      .make_engine = [](const WorkerSetup&) { return std::make_unique<FailedEngine>(); },
  })(WorkerSetup{});
}

TEST(BuiltInExecutor, DescribesItsEngine) {
  const WorkerInfo info = MakeFailedExecutor()->Describe();
  EXPECT_EQ(info.engine, "torch");
  EXPECT_EQ(info.device, "cuda:0");
  EXPECT_EQ(info.cpu_target, "a GPU, LibTorch");
}

TEST(BuiltInExecutor, FixesThePackSizeOfAnEngineThatStacksTrials) {
  EXPECT_EQ(PackSizeOf(64, {}), 64);
  EXPECT_EQ(PackSizeOf(64, {.pack_size = 16}), 16);
  EXPECT_EQ(PackSizeOf(64, {.pack_size = 1}), 1);
  EXPECT_EQ(PackSizeOf(1, {.pack_size = 16}), 1);  // on a CPU
}

TEST(BuiltInExecutor, IsUnusableWhenItsEngineIs) {
  const Map params = {
      {"dataset", Map{{"name", "two"}, {"validation", int64_t{0}}}},
      {"model", Map{{"hidden", List{int64_t{4}}}}},
      {"training", Map{{"epochs", int64_t{1}}, {"batch_size", int64_t{2}}, {"seed", int64_t{0}}}},
      {"optimizer", Map{{"type", "SGD"}, {"lr", 0.8}, {"momentum", 0.9}}},
      {"scheduler",
       Map{{"type", "StepLR"}, {"interval", "epoch"}, {"step_size", int64_t{1}}, {"gamma", 0.5}}},
  };
  NoEvents observer;
  EXPECT_THAT(
      [&] {
        MakeFailedExecutor()->Execute({{{"", params}}}, observer);
      },
      ThrowsMessage<ExecutorUnusable>("cuda:0 has failed"));
}

}  // namespace
}  // namespace lrsweep
