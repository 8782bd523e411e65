// One training on LibTorch: the well-known PyTorch script's epoch, with its random streams.
//
// It follows the script that begins with torch.manual_seed(seed), builds its nn.Linear layers from
// the input on, and runs `for images, labels in DataLoader(train, batch_size, shuffle=True)` with
// num_workers=0. Each epoch of such a loop draws two numbers from the global CPU generator: the
// loader's base seed, then the sampler's seed, from which a generator of its own makes the
// permutation. Our generator stands for the global one, so that trainings do not disturb each
// other. On CUDA the numbers are drawn on the CPU as well.
//
// Evaluation draws nothing. A script that evaluates through a second DataLoader draws one more
// number (that loader's base seed) per evaluation, so from its second epoch on its batches are not
// ours; ours are those of the script that evaluates on tensors.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "worker/engine.h"
#include "worker/torch_engine_mlp.h"

namespace lrsweep {

/// Runs `action`; an error of LibTorch's becomes a std::runtime_error without its C++ backtrace.
template <typename Action>
auto WithPlainErrors(const Action& action) -> decltype(action()) {
  try {
    return action();
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  }
}

/// A data set where the engine computes. On the CPU `images` are the bytes of `source` itself.
struct DeviceDataset {
  struct Set {
    at::Tensor images;  // uint8 [count, pixels]
    at::Tensor labels;  // int64 [count]
  };
  Set train, test;
  std::shared_ptr<const Dataset> source;
};

/// Call with c10::InferenceMode on. Throws std::invalid_argument as Engine::Start says.
std::shared_ptr<const DeviceDataset> ToDevice(std::shared_ptr<const Dataset> dataset,
                                              at::Device device);

class TorchTraining : public Training {
 public:
  /// Call with c10::InferenceMode on.
  TorchTraining(const TrainConfig& config, std::shared_ptr<const DeviceDataset> data,
                at::Device device);

  std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) override;
  Evaluation Evaluate(const Tick& tick) override;
  TrainingState State() const override;
  void Restore(const TrainingState& state) override;

 private:
  at::Tensor DrawOrder();
  std::vector<float> TrainSteps(const StepRates& rates, const Tick& tick);
  Evaluation EvaluateChunks(const Tick& tick);

  int64_t batch_size_;
  int64_t steps_per_epoch_;
  std::shared_ptr<const DeviceDataset> data_;
  at::Device device_;
  at::Generator generator_;
  Mlp model_;
  at::Tensor batch_;  // uint8 [rows of the largest batch, pixels]
  int64_t evaluation_rows_;
  StepProgress progress_;
};

}  // namespace lrsweep
