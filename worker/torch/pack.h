// A pack in training on LibTorch: the well-known PyTorch script's epoch for each member, with its
// random streams, all members at once.
//
// Each member follows the script that begins with torch.manual_seed(seed), builds its nn.Linear
// layers from the input on, and runs `for images, labels in DataLoader(train, batch_size,
// shuffle=True)` with num_workers=0. Each epoch of such a loop draws two numbers from the global
// CPU generator: the loader's base seed, then the sampler's seed, from which a generator of its own
// makes the permutation. A generator per member stands for the global one. On CUDA the numbers are
// drawn on the CPU as well.
//
// Evaluation draws nothing. A script that evaluates through a second DataLoader draws one more
// number (that loader's base seed) per evaluation, so from its second epoch on its batches are not
// ours; ours are those of the script that evaluates on tensors.
//
// A step depends on nothing but memory of the device: the epoch's order of images and the
// optimizer's numbers lie there in tables, of which it takes the row that a counter says that it
// advances itself, and its losses go into a third. It does the same operations on the same memory
// every time and allocates nothing, so that CUDA can replay it; the short last batch of an epoch is
// a work of its own, with its own number of rows, as in PyTorch.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "worker/engine.h"
#include "worker/torch/compute_device.h"
#include "worker/torch/mlp.h"
#include "worker/torch/optimizer.h"

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

/// Call within a ComputeScope. Throws std::invalid_argument as Engine::Start says.
std::shared_ptr<const DeviceDataset> ToDevice(std::shared_ptr<const Dataset> dataset,
                                              at::Device device);

class TorchPack : public PackTraining {
 public:
  /// Call within a ComputeScope. `configs` agree (CheckPack); `device` outlives the pack.
  TorchPack(const std::vector<TrainConfig>& configs, std::shared_ptr<const DeviceDataset> data,
            const ComputeDevice& device);

  std::vector<std::vector<float>> TrainEpoch(const std::vector<StepRates>& rates,
                                             const Tick& tick) override;
  std::vector<Evaluation> Evaluate(const Tick& tick) override;
  void Keep(const std::vector<size_t>& members) override;
  TrainingState State(size_t member) const override;
  void Restore(size_t member, const TrainingState& state) override;

 private:
  /// The batches of all members, one after the other.
  struct Batch {
    at::Tensor indices;        // int64 [members * rows], a view of the present row of the order
    at::Tensor labels;         // the same
    at::Tensor images;         // uint8 [members * rows, pixels]
    at::Tensor losses;         // float32 [members * rows], of the images
    at::Tensor losses_as_row;  // the same as [1, members * rows]
    at::Tensor losses_target;  // where they go, [steps, members * rows]
  };

  size_t Size() const { return generators_.size(); }
  void Arrange();
  Batch& BatchOf(int64_t rows);
  void DrawOrder();
  void WriteOrder(size_t member, int64_t* table);
  void Step(int64_t rows);
  int64_t RowsOf(int64_t step) const;
  std::vector<std::vector<float>> Losses() const;
  void Report(int64_t step, const Tick& tick);
  std::vector<std::vector<float>> TrainSteps(const std::vector<StepRates>& rates, const Tick& tick);
  std::vector<Evaluation> EvaluateChunks(const Tick& tick);

  const ComputeDevice& device_;
  std::shared_ptr<const DeviceDataset> data_;
  int64_t batch_size_;  // at most the number of images
  int64_t steps_per_epoch_;
  std::vector<at::Generator> generators_;
  Mlp model_;
  std::unique_ptr<Optimizer> optimizer_;
  RepeatedWork steps_;
  at::Tensor step_;    // int64 [1], of the epoch
  at::Tensor one_;     // int64 [1]
  at::Tensor order_;   // int64 [steps, 2, members * batch size]: images' indices and labels
  at::Tensor now_;     // its present row, [1, 2, members * batch size]
  at::Tensor losses_;  // float32 [steps, members * batch size], of the images, in the same order
  std::map<int64_t, Batch> batches_;
  StepProgress progress_;
};

}  // namespace lrsweep
