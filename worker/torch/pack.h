// Trains a pack with LibTorch: for every member the epoch of the usual PyTorch script, with the
// same random numbers, all members at once.
//
// That script calls torch.manual_seed(seed), builds its nn.Linear layers from the input on, and
// loops `for images, labels in DataLoader(train, batch_size, shuffle=True)` with num_workers=0.
// Each epoch of such a loop draws two numbers from the global CPU generator: the loader's base
// seed, then the sampler's seed. A new generator with the sampler's seed draws the permutation.
// Here each member has a generator of its own in place of the global one. On CUDA the numbers are
// drawn on the CPU too.
//
// Evaluation draws no random number. A script that evaluates through a second DataLoader draws one
// more number (that loader's base seed) for each evaluation, so its batches differ from ours from
// the second epoch on. Ours are those of a script that evaluates on tensors.
//
// A step reads only the device's memory, so that CUDA can replay it as a graph (repeated_work.h).
// The epoch's order of images and the optimizer's numbers are tables on the device; a counter,
// which the step itself advances, selects the row; the losses go to a third table. Every step does
// the same operations on the same memory and allocates nothing. The short last batch of an epoch is
// a graph of its own, with its own number of rows, as in PyTorch.
//
// The host waits for the device every few steps (work_in_flight.h). Before each wait, while the
// device computes, it draws some of the next epoch's orders and averages the losses that it has.
//
// A pack may be wider than its members: ghosts fill it up, whose numbers never leave the pack. They
// train copies of the first member at rate 0 on images that do not matter. Members that leave
// become ghosts, so that the shapes of all operations stay.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <vector>

#include "worker/engine.h"
#include "worker/torch/compute_device.h"
#include "worker/torch/epoch_losses.h"
#include "worker/torch/epoch_orders.h"
#include "worker/torch/mlp.h"
#include "worker/torch/optimizer.h"
#include "worker/torch/repeated_work.h"

namespace lrsweep {

/// How a data set's images are kept on a device. Both train with the same bits.
enum class ImagesAs {
  kBytes,   // as they are: every step converts its batch
  kFloats,  // converted once: four times the memory, less work in every step
};

/// A data set on the engine's device. On the CPU, images of bytes are those of `source`.
struct DeviceDataset {
  struct Set {
    at::Tensor images;  // [count, pixels]: uint8, or float32 as AsFloats makes them
    at::Tensor labels;  // int64 [count]
  };
  Set train;
  Set validation;  // undefined tensors where no images are held back
  Set test;
  std::shared_ptr<const Dataset> source;
};

/// Copies a data set to `device`. Call it within a ComputeScope. Throws std::invalid_argument as
/// Engine::Start documents.
std::shared_ptr<const DeviceDataset> ToDevice(std::shared_ptr<const Dataset> dataset,
                                              at::Device device, ImagesAs images);

/// How a pack computes, beside what its trials say.
struct PackOptions {
  size_t width = 0;  // of the pack, with ghosts; 0: as many as there are members
  MomentumForm momentum = MomentumForm::kPyTorch;
};

/// A pack in training. Its functions enter the ComputeScope themselves, except the constructor.
class TorchPack : public PackTraining {
 public:
  /// Call it within a ComputeScope. `configs` must agree (CheckPack); `device` must outlive the
  /// pack. Throws std::invalid_argument for more configs than the options' width.
  TorchPack(const std::vector<TrainConfig>& configs, std::shared_ptr<const DeviceDataset> data,
            const ComputeDevice& device, const PackOptions& options = {});

  std::vector<std::vector<float>> TrainEpoch(const std::vector<StepRates>& rates,
                                             const Tick& tick) override;
  std::vector<Evaluation> Evaluate(Split split, const Tick& tick) override;
  void Keep(const std::vector<size_t>& members) override;
  TrainingState State(size_t member) const override;
  void Restore(size_t member, const TrainingState& state) override;

 private:
  /// The buffers of one step: the batches of all members and ghosts, one after the other.
  struct Batch {
    at::Tensor indices;        // int64 [width * rows], a view of now_
    at::Tensor labels;         // int64 [width * rows], a view of now_
    at::Tensor images;         // [width * rows, pixels], of the data set's type
    at::Tensor losses;         // float32 [width * rows], one for each image
    at::Tensor losses_as_row;  // a view of `losses` as [1, width * rows]
    at::Tensor losses_target;  // a view of losses_ as [steps, width * rows]
  };

  void Arrange();
  Batch& BatchOf(int64_t rows);
  void BeginEpoch(const std::vector<StepRates>& rates);
  void Step(int64_t rows);
  void WorkBesideDevice(int64_t steps_given);
  void Report(int64_t steps_done, const Tick& tick);
  at::Tensor RowOf(size_t member) const;

  const ComputeDevice& device_;
  std::shared_ptr<const DeviceDataset> data_;
  Batches batches_;
  size_t size_;       // members, without ghosts
  bool keeps_width_;  // ghosts take the place of members that leave
  EpochOrders orders_;
  Mlp model_;
  std::unique_ptr<Optimizer> optimizer_;
  at::Tensor step_;    // int64 [1], the step of the epoch, from 0
  at::Tensor one_;     // int64 [1], 1
  at::Tensor order_;   // int64 [steps, 2, width * batch size]: the images' indices and labels
  at::Tensor now_;     // int64 [1, 2, width * batch size]: the current row of order_
  at::Tensor losses_;  // float32 [steps, width * batch size]: of each image, as in order_
  std::map<int64_t, Batch> buffers_;  // by the number of rows
  EpochLosses mean_losses_;
  StepProgress progress_;
  RepeatedWork repeated_step_;  // the last member: graphs end before the memory that they use
};

}  // namespace lrsweep
