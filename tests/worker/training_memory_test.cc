#include "worker/training_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/trial_runner.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::ThrowsMessage;

/// 60,000 images of 784 pixels, in 10 classes; without their bytes.
std::shared_ptr<const Dataset> Mnist() {
  auto dataset = std::make_shared<Dataset>();
  dataset->train.count = 60000;
  dataset->train.pixels = 784;
  dataset->classes = 10;
  return dataset;
}

TrainConfig Config(std::vector<int64_t> hidden, int64_t batch_size) {
  TrainConfig config;
  config.hidden = std::move(hidden);
  config.batch_size = batch_size;
  return config;
}

TEST(TrainingMemoryTest, CountsWeightsAndValues) {
  const TrainingMemory memory = MemoryOf(Config({128}, 64), *Mnist());
  EXPECT_EQ(memory.weights, 784 * 128 + 128 + 128 * 10 + 10);
  EXPECT_EQ(memory.network_bytes, 2 * 4 * 101770.0);
  EXPECT_EQ(memory.batch_images, 64);
  EXPECT_EQ(memory.batch_bytes, 64 * (784 + 2 * 4 * 138.0));
}

TEST(TrainingMemoryTest, AdamHasASecondMomentAndNoBatchIsLargerThanTheData) {
  TrainConfig config = Config({}, 1000000);
  config.optimizer = OptimizerType::kAdamW;
  const TrainingMemory memory = MemoryOf(config, *Mnist());
  EXPECT_EQ(memory.network_bytes, 3 * 4 * 7850.0);
  EXPECT_EQ(memory.batch_images, 60000);
}

TEST(TrainingMemoryTest, SaysTheKeysAndTheSizes) {
  // 784 * 65536 + 65536 + 65536^2 + 65536 + 655360 + 10 weights of 8 bytes.
  EXPECT_EQ(
      DescribeMemory(Config({65536, 65536}, 1), *Mnist()),
      "model.hidden [65536,65536] is a network of 4347133962 weights and takes at least 34.8 GB, "
      "a batch of 1 image (training.batch_size) 1.05 MB");
}

/// An engine that gets no memory.
class PoorEngine : public Engine {
 public:
  explicit PoorEngine(bool has_text) : has_text_(has_text) {}
  std::string Name() const override { return "poor"; }
  std::string Device() const override { return device; }
  std::string CpuTarget() const override { return ""; }
  std::unique_ptr<Training> Start(const TrainConfig&, std::shared_ptr<const Dataset>) override {
    ++starts;
    if (has_text_) throw OutOfMemory("tried to allocate 17 GiB");
    throw std::bad_alloc();
  }

  std::string device = "cpu";
  int starts = 0;

 private:
  bool has_text_;
};

struct NoObserver : PackObserver {
  void OnEpoch(size_t, EpochRecord) override {}
  AfterEpoch OnEpochEnd(size_t) override { return AfterEpoch::kContinue; }
  void OnCheckpoint(size_t, int64_t, std::string) override {}
  void OnEnd(size_t, TrialState) override {}
  bool OnProgress(size_t, const TrialProgress&) override { return true; }
};

PackTask Pack(const List& hidden, size_t trials = 1) {
  PackTask pack;
  for (size_t i = 0; i < trials; ++i) {
    TrialTask task;
    task.trial_id = std::to_string(i);
    task.params = {{"model", Map{{"hidden", hidden}}},
                   {"training", Map{{"epochs", 1}, {"batch_size", 64}, {"seed", 0}}},
                   {"optimizer", Map{{"type", "SGD"},
                                     {"lr", 0.1},
                                     {"momentum", 0.0},
                                     {"weight_decay", 0.0},
                                     {"dampening", 0.0},
                                     {"nesterov", false}}},
                   {"scheduler", Map{{"type", "ConstantLR"}}}};
    pack.trials.push_back(std::move(task));
  }
  return pack;
}

TEST(OutOfMemoryTest, SaysWhatWasAskedForAndWhoRefused) {
  NoObserver observer;
  PoorEngine plain(false);
  EXPECT_THAT([&] { RunPack(Pack({128}), Mnist(), plain, observer); },
              ThrowsMessage<std::runtime_error>(
                  "out of memory: model.hidden [128] is a network of 101770 weights and takes at "
                  "least 814 kB, a batch of 64 images (training.batch_size) 121 kB (the system "
                  "gives no more)"));
  PoorEngine with_text(true);
  EXPECT_THAT([&] { RunPack(Pack({128}, 2), Mnist(), with_text, observer); },
              ThrowsMessage<std::runtime_error>(AllOf(
                  StartsWith("out of memory: model.hidden [128] "),
                  HasSubstr(", for each of the 2 trials of the pack (tried to allocate 17 GiB)"))));
}

TEST(OutOfMemoryTest, WhatThisMachineCanNeverHoldIsNotTried) {
  NoObserver observer;
  PoorEngine engine(false);
  const List wide(2000, 65536);  // 8.6e12 weights
  EXPECT_THAT([&] { RunPack(Pack(wide), Mnist(), engine, observer); },
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr("takes at least 68.7 TB"), HasSubstr("(this machine has "))));
  EXPECT_EQ(engine.starts, 0);
  engine.device = "cuda:0";  // whose memory is another
  EXPECT_THAT([&] { RunPack(Pack(wide), Mnist(), engine, observer); },
              ThrowsMessage<std::runtime_error>(Not(HasSubstr("this machine has"))));
  EXPECT_EQ(engine.starts, 1);
}

}  // namespace
}  // namespace lrsweep
