// Compares the LibTorch engine's optimizers with torch::optim's, which use autograd's gradients of
// the same batches.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/engine_checks.h"
#include "worker/cpu/random.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

Engine& TorchEngine() {
  static const std::unique_ptr<Engine> engine = LoadTorchEngine(0);
  return *engine;
}

struct Setting {
  std::string name;
  TrainConfig config;  // with lr and momentum
};

Setting Sgd(const std::string& name, double momentum, double decay, double dampening,
            bool nesterov) {
  TrainConfig config = Config(21, {20, 10}, 32);
  config.lr = 0.1;
  config.momentum = momentum;
  config.weight_decay = decay;
  config.dampening = dampening;
  config.nesterov = nesterov;
  return {name, config};
}

Setting AdamOf(const std::string& name, OptimizerType type, double beta1, double decay,
               double beta2 = 0.999, double eps = 1e-8) {
  TrainConfig config = Config(21, {20, 10}, 32);
  config.optimizer = type;
  config.lr = 0.003;
  config.momentum = beta1;
  config.weight_decay = decay;
  config.beta2 = beta2;
  config.eps = eps;
  return {name, config};
}

std::vector<Setting> Settings() {
  return {Sgd("SGD", 0, 0, 0, false),
          Sgd("SGD, weight decay", 0, 0.01, 0, false),
          Sgd("SGD, momentum", 0.9, 0, 0, false),
          Sgd("SGD, momentum, weight decay", 0.9, 0.01, 0, false),
          Sgd("SGD, dampening", 0.9, 0, 0.3, false),
          Sgd("SGD, dampening, weight decay", 0.9, 0.02, 0.5, false),
          Sgd("SGD, Nesterov", 0.9, 0, 0, true),
          Sgd("SGD, Nesterov, weight decay", 0.8, 0.01, 0, true),
          AdamOf("Adam", OptimizerType::kAdam, 0.9, 0),
          AdamOf("Adam, weight decay", OptimizerType::kAdam, 0.9, 0.01),
          AdamOf("Adam, other betas and eps", OptimizerType::kAdam, 0.8, 0, 0.99, 1e-3),
          AdamOf("Adam, no first moment", OptimizerType::kAdam, 0, 0),
          AdamOf("AdamW", OptimizerType::kAdamW, 0.9, 0.01),
          AdamOf("AdamW, much weight decay", OptimizerType::kAdamW, 0.7, 0.5, 0.95, 1e-6),
          AdamOf("AdamW, no weight decay", OptimizerType::kAdamW, 0.9, 0)};
}

/// The usual script, on LibTorch's own modules, autograd and optimizers.
class Script {
 public:
  explicit Script(const TrainConfig& config) : config_(config), random_(config.seed) {
    std::vector<int64_t> widths = {16};
    widths.insert(widths.end(), config.hidden.begin(), config.hidden.end());
    widths.push_back(3);
    for (size_t i = 0; i + 1 < widths.size(); ++i) {
      layers_.emplace_back(widths[i], widths[i + 1]);
      DrawLinear(random_, widths[i], widths[i + 1]);  // what the engine has drawn by now
      for (const auto& parameter : layers_.back()->parameters()) parameters_.push_back(parameter);
    }
    optimizer_ = MakeOptimizer();
  }

  void Take(const std::vector<float>& values) {
    const torch::NoGradGuard guard;
    int64_t start = 0;
    for (torch::Tensor& parameter : parameters_) {
      const int64_t count = parameter.numel();
      const torch::Tensor all = torch::tensor(values);
      parameter.copy_(all.narrow(0, start, count).view_as(parameter));
      start += count;
    }
  }

  std::vector<float> Parameters() const {
    std::vector<float> values;
    for (const torch::Tensor& parameter : parameters_) {
      const torch::Tensor flat = parameter.detach().contiguous().view({-1});
      values.insert(values.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    }
    return values;
  }

  void TrainEpoch(const Dataset& data, const StepRates& rates) {
    const std::vector<int64_t> order = DrawEpochOrder(random_, data.train.count);
    for (int64_t first = 0, step = 0; first < data.train.count; first += config_.batch_size) {
      const int64_t end = std::min(first + config_.batch_size, data.train.count);
      SetRates(rates.LrAt(static_cast<size_t>(step)), rates.MomentumAt(static_cast<size_t>(step)));
      Step(data, {order.begin() + first, order.begin() + end});
      ++step;
    }
  }

 private:
  std::unique_ptr<torch::optim::Optimizer> MakeOptimizer() const {
    const TrainConfig& c = config_;
    const std::tuple<double, double> betas{c.momentum, c.beta2};
    if (c.optimizer == OptimizerType::kAdam) {
      const auto options = torch::optim::AdamOptions(c.lr).betas(betas).eps(c.eps);
      return std::make_unique<torch::optim::Adam>(
          parameters_, torch::optim::AdamOptions(options).weight_decay(c.weight_decay));
    }
    if (c.optimizer == OptimizerType::kAdamW) {
      const auto options = torch::optim::AdamWOptions(c.lr).betas(betas).eps(c.eps);
      return std::make_unique<torch::optim::AdamW>(
          parameters_, torch::optim::AdamWOptions(options).weight_decay(c.weight_decay));
    }
    return std::make_unique<torch::optim::SGD>(parameters_, torch::optim::SGDOptions(c.lr)
                                                                .momentum(c.momentum)
                                                                .weight_decay(c.weight_decay)
                                                                .dampening(c.dampening)
                                                                .nesterov(c.nesterov));
  }

  void SetRates(double lr, double momentum) {
    torch::optim::OptimizerOptions& options = optimizer_->param_groups().at(0).options();
    options.set_lr(lr);
    if (auto* sgd = dynamic_cast<torch::optim::SGDOptions*>(&options)) sgd->momentum(momentum);
    if (auto* adam = dynamic_cast<torch::optim::AdamOptions*>(&options)) {
      adam->betas({momentum, config_.beta2});
    }
    if (auto* adamw = dynamic_cast<torch::optim::AdamWOptions*>(&options)) {
      adamw->betas({momentum, config_.beta2});
    }
  }

  void Step(const Dataset& data, const std::vector<int64_t>& batch) {
    std::vector<float> pixels;
    std::vector<int64_t> labels;
    for (const int64_t image : batch) {
      for (int64_t pixel = 0; pixel < 16; ++pixel) {
        const auto value = data.train.images[static_cast<size_t>(image * 16 + pixel)];
        pixels.push_back(static_cast<float>(value) / 255);
      }
      labels.push_back(data.train.labels[static_cast<size_t>(image)]);
    }
    torch::Tensor x = torch::tensor(pixels).view({-1, 16});
    for (size_t i = 0; i < layers_.size(); ++i) {
      x = layers_[i]->forward(x);
      if (i + 1 < layers_.size()) x = torch::relu(x);
    }
    optimizer_->zero_grad();
    torch::nn::functional::cross_entropy(x, torch::tensor(labels)).backward();
    optimizer_->step();
  }

  TrainConfig config_;
  TorchRandom random_;
  std::vector<torch::nn::Linear> layers_;
  std::vector<torch::Tensor> parameters_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

/// Returns rates and momenta that cycle, as OneCycleLR and CyclicLR make them for SGD and Adam.
StepRates CycledRates(const TrainConfig& config, int64_t epoch, int64_t steps) {
  StepRates rates;
  for (int64_t step = epoch * steps; step < (epoch + 1) * steps; ++step) {
    rates.lr.push_back(config.lr * (0.5 + 0.1 * static_cast<double>(step % 7)));
    const double down = 0.02 * static_cast<double>(step % 5);
    rates.momentum.push_back(config.momentum == 0 ? 0 : config.momentum - down);
  }
  return rates;
}

TEST(TorchOptimizer, TakesTheStepsOfTorchOptimFromTheSameWeights) {
  for (Setting setting : Settings()) {
    setting.config.batch_size = 100;  // all of the images: an epoch is a step
    const auto training = TorchEngine().Start(setting.config, TinyDataset());
    Script script(setting.config);
    for (int64_t step = 0; step < 40; ++step) {
      TrainingState state = training->State();
      script.Take(state.parameters);
      const StepRates rates = CycledRates(setting.config, step, 1);
      training->TrainEpoch(rates, GoOn);
      script.TrainEpoch(*TinyDataset(), rates);
      ASSERT_LT(LargestDifference(training->State().parameters, script.Parameters()),
                TorchEngine().Device() == "cpu" ? 1e-6 : 1e-5)
          << setting.name << ", step " << step;
    }
  }
}

TEST(TorchOptimizer, StaysBesideTorchOptimOverManyShortEpochs) {
  for (const Setting& setting : Settings()) {
    const auto training = TorchEngine().Start(setting.config, TinyDataset());
    Script script(setting.config);
    script.Take(training->State().parameters);
    for (int64_t epoch = 0; epoch < 25; ++epoch) {
      const StepRates rates = CycledRates(setting.config, epoch, 4);
      training->TrainEpoch(rates, GoOn);
      script.TrainEpoch(*TinyDataset(), rates);
    }
    EXPECT_LT(LargestDifference(training->State().parameters, script.Parameters()), 2e-5)
        << setting.name;
  }
}

TEST(TorchOptimizer, GoesOnFromASavedStateWithEqualBits) {
  for (const Setting& setting : Settings()) {
    const auto training = TorchEngine().Start(setting.config, TinyDataset());
    training->TrainEpoch(CycledRates(setting.config, 0, 4), GoOn);
    const auto resumed = TorchEngine().Start(setting.config, TinyDataset());
    resumed->Restore(training->State());
    const StepRates rates = CycledRates(setting.config, 1, 4);
    EXPECT_EQ(resumed->TrainEpoch(rates, GoOn), training->TrainEpoch(rates, GoOn)) << setting.name;
    EXPECT_EQ(resumed->State().parameters, training->State().parameters) << setting.name;
    EXPECT_EQ(resumed->State().momentum, training->State().momentum) << setting.name;
    EXPECT_EQ(resumed->State().second_moment, training->State().second_moment) << setting.name;
    EXPECT_EQ(resumed->State().steps, 8) << setting.name;
  }
}

TEST(TorchOptimizer, KeepsNoBufferWhereNoStepHasNeededOne) {
  const auto training = TorchEngine().Start(Config(0, {4}), TinyDataset());
  EXPECT_TRUE(training->State().momentum.empty());
  training->TrainEpoch({.lr = {0.1}, .momentum = {0}}, GoOn);
  EXPECT_TRUE(training->State().momentum.empty());
  training->TrainEpoch(kRates, GoOn);
  EXPECT_FALSE(training->State().momentum.empty());
  EXPECT_TRUE(training->State().second_moment.empty());
}

}  // namespace
}  // namespace lrsweep
