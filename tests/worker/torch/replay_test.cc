// Compares epochs whose steps are replayed as CUDA graphs with the same epochs without graphs, to
// the bit. On the CPU both are the same calls: there the tests show that the switch changes
// nothing.
#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/worker/torch/member_courses.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

using testing::Each;
using testing::ElementsAre;

std::unique_ptr<Engine> MakeEngine(const char* graphs) {
  setenv("LRSWEEP_CUDA_GRAPHS", graphs, 1);
  std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  unsetenv("LRSWEEP_CUDA_GRAPHS");
  return engine;
}

std::unique_ptr<Engine> MakeFixedEngine(const char* graphs) {
  std::unique_ptr<Engine> engine = MakeEngine(graphs);
  engine->FixPackSize(6);
  return engine;
}

Engine& WithGraphs() {
  static const std::unique_ptr<Engine> engine = MakeEngine("on");
  return *engine;
}

Engine& WithoutGraphs() {
  static const std::unique_ptr<Engine> engine = MakeEngine("off");
  return *engine;
}

/// Rates that differ at every step, for every member and in every epoch.
StepRates RatesFrom(const TrainConfig& config, int64_t epoch, double momentum) {
  StepRates rates;
  const double scale = config.optimizer == OptimizerType::kSgd ? 0.02 : 0.001;
  for (int64_t step = 0; step < kSteps; ++step) {
    const auto at = static_cast<double>(epoch * kSteps + step);
    rates.lr.push_back(scale * (1 + 0.1 * at) * static_cast<double>(config.seed));
    rates.momentum.push_back(momentum * (1 - 0.01 * at));
  }
  return rates;
}

/// A pack of `seeds` and all numbers that came out of its epochs.
class Recorded {
 public:
  Recorded(Engine& engine, OptimizerType type, const std::vector<uint64_t>& seeds) {
    for (const uint64_t seed : seeds) configs_.push_back(Member(seed, type));
    pack_ = engine.StartPack(configs_, TinyDataset());
  }

  void TrainEpochs(int64_t count, double momentum = 0.9) {
    for (int64_t i = 0; i < count; ++i, ++epoch_) {
      std::vector<StepRates> rates;
      for (const TrainConfig& config : configs_)
        rates.push_back(RatesFrom(config, epoch_, momentum));
      for (const auto& losses : pack_->TrainEpoch(rates, GoOn)) Add(losses);
      for (const Evaluation& evaluation : pack_->Evaluate(Split::kTest, GoOn)) {
        Add(std::vector<double>{evaluation.loss, evaluation.accuracy});
      }
    }
  }

  void Keep(const std::vector<size_t>& members) {
    std::vector<TrainConfig> kept;
    for (const size_t member : members) kept.push_back(configs_[member]);
    configs_ = kept;
    pack_->Keep(members);
  }

  TrainingState State(size_t member) const { return pack_->State(member); }
  void Restore(size_t member, const TrainingState& state) { pack_->Restore(member, state); }

  /// The losses of every step, the evaluations, and every member's state at the end.
  std::vector<double> Numbers() {
    for (size_t member = 0; member < configs_.size(); ++member) {
      const TrainingState state = pack_->State(member);
      for (const auto* values : {&state.parameters, &state.momentum, &state.second_moment}) {
        Add(*values);
      }
    }
    return numbers_;
  }

 private:
  template <typename T>
  void Add(const std::vector<T>& values) {
    numbers_.insert(numbers_.end(), values.begin(), values.end());
  }

  std::vector<TrainConfig> configs_;
  std::unique_ptr<PackTraining> pack_;
  int64_t epoch_ = 0;
  std::vector<double> numbers_;
};

using TrainOn = std::function<std::vector<double>(Engine&, OptimizerType)>;

/// Expects the same bits from `train` on both engines, for every optimizer.
void ExpectTheSameBits(Engine& with_graphs, Engine& without_graphs, const TrainOn& train) {
  for (const OptimizerType type : kTypes) {
    const std::vector<double> replayed = train(with_graphs, type);
    EXPECT_GT(replayed.size(), 1000U);
    EXPECT_EQ(replayed, train(without_graphs, type));
  }
}

void ExpectTheSameBitsReplayed(const TrainOn& train) {
  ExpectTheSameBits(WithGraphs(), WithoutGraphs(), train);
}

TEST(ReplayedSteps, HaveTheBitsOfTheSameStepsWithoutGraphs) {
  ExpectTheSameBitsReplayed([](Engine& engine, OptimizerType type) {
    Recorded pack(engine, type, {1, 2, 3, 4});
    pack.TrainEpochs(4);
    return pack.Numbers();
  });
}

TEST(ReplayedSteps, HaveThemInAPackOfOneToo) {
  ExpectTheSameBitsReplayed([](Engine& engine, OptimizerType type) {
    Recorded pack(engine, type, {1});
    pack.TrainEpochs(4);
    return pack.Numbers();
  });
}

TEST(ReplayedSteps, HaveThemAfterMembersHaveLeft) {
  ExpectTheSameBitsReplayed([](Engine& engine, OptimizerType type) {
    Recorded pack(engine, type, {1, 2, 3, 4});
    pack.TrainEpochs(3);
    pack.Keep({1, 3});
    pack.TrainEpochs(3);
    pack.Keep({0});
    pack.TrainEpochs(3);
    return pack.Numbers();
  });
}

/// There the graphs stay when members leave.
TEST(ReplayedSteps, HaveThemAfterMembersHaveLeftAPackOfAFixedSize) {
  ExpectTheSameBits(*MakeFixedEngine("on"), *MakeFixedEngine("off"),
                    [](Engine& engine, OptimizerType type) {
                      Recorded pack(engine, type, {1, 2, 3, 4});
                      pack.TrainEpochs(3);
                      pack.Keep({1, 3});
                      pack.TrainEpochs(3);
                      pack.Keep({0});
                      pack.TrainEpochs(3);
                      return pack.Numbers();
                    });
}

TEST(ReplayedSteps, HaveThemAfterAChangeOfPasses) {
  ExpectTheSameBitsReplayed([](Engine& engine, OptimizerType type) {
    Recorded pack(engine, type, {1, 3, 5});
    pack.TrainEpochs(3, /*momentum=*/0);
    pack.TrainEpochs(3, /*momentum=*/0.9);
    pack.TrainEpochs(3, /*momentum=*/0);
    return pack.Numbers();
  });
}

TEST(ReplayedSteps, HaveThemWithTwoPacksInTurn) {
  ExpectTheSameBitsReplayed([](Engine& engine, OptimizerType type) {
    Recorded first(engine, type, {1, 2, 3, 4});
    Recorded second(engine, type, {5, 6});
    for (int turn = 0; turn < 4; ++turn) {
      first.TrainEpochs(1);
      second.TrainEpochs(1);
    }
    std::vector<double> numbers = first.Numbers();
    const std::vector<double> others = second.Numbers();
    numbers.insert(numbers.end(), others.begin(), others.end());
    return numbers;
  });
}

TEST(ReplayedSteps, HaveThemAfterAMemberWasRestored) {
  ExpectTheSameBitsReplayed([](Engine& engine, OptimizerType type) {
    Recorded pack(engine, type, {1, 2, 3});
    pack.TrainEpochs(1);
    const TrainingState state = pack.State(1);
    pack.TrainEpochs(3);
    pack.Restore(1, state);
    pack.TrainEpochs(3);
    return pack.Numbers();
  });
}

// ---- Which steps are replayed

thread_local int64_t executed_steps = 0;

std::unique_ptr<at::ObserverContext> CountStep(const at::RecordFunction& function) {
  if (std::string(function.name()) == "lrsweep::step") ++executed_steps;
  return nullptr;
}

/// Returns how many steps of each of four epochs the host executes: all but the replays.
std::vector<int64_t> ExecutedSteps(Engine& engine) {
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(CountStep).scopes({at::RecordScope::USER_SCOPE}));
  Recorded pack(engine, OptimizerType::kSgd, {1, 2, 3, 4});
  std::vector<int64_t> executed;
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    executed_steps = 0;
    pack.TrainEpochs(1);
    executed.push_back(executed_steps);
  }
  at::removeCallback(handle);
  return executed;
}

TEST(ReplayedSteps, AreAllButTheFirstTwoOfEachLengthOnCuda) {
  if (WithGraphs().Device() == "cpu") {
    GTEST_SKIP() << "LibTorch computes on the CPU here, which has no graphs";
  }
  // Four steps an epoch, the last one shorter. Of each length one is executed, one captured.
  EXPECT_THAT(ExecutedSteps(WithGraphs()), ElementsAre(3, 1, 0, 0));
}

TEST(ReplayedSteps, AreNoneWithoutGraphs) {
  EXPECT_THAT(ExecutedSteps(WithoutGraphs()), Each(kSteps));
}

}  // namespace
}  // namespace lrsweep
