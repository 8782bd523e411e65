// The multilayer perceptrons of a pack, with ReLU and cross-entropy, their passes written by hand
// in ATen: no autograd, one tensor of parameters with a row per member, buffers made once.
//
// Follows torch.nn.Linear and torch.nn.functional.cross_entropy of PyTorch with the operations that
// its autograd runs, in its order, the matrix products as baddbmm. On a LibTorch whose batched
// products are its plain ones in a row, as with OpenBLAS, losses and gradients have PyTorch's bits,
// in any pack.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <vector>

namespace lrsweep {

/// Call every function within a ComputeScope. Not thread-safe.
class Mlp {
 public:
  /// Layers of `widths[i]` inputs and `widths[i + 1]` outputs; the first width is the pixels of an
  /// image, the last one the classes. Each generator makes a member: its initial values are those
  /// of nn.Linear, made layer by layer on the CPU, then moved to `device`.
  Mlp(const std::vector<int64_t>& widths, const std::vector<at::Generator>& generators,
      at::Device device);

  /// Writes every member's gradient of its mean cross-entropy, and to `losses` (float32 [members *
  /// rows]) the cross-entropy of each image. `images` (uint8 [members * rows, pixels], taken as
  /// value / 255) and `labels` (int64 [members * rows]) hold the batches of the members one after
  /// the other. With as many rows as once before, it allocates nothing.
  void Differentiate(const at::Tensor& images, const at::Tensor& labels, at::Tensor& losses);

  /// Every member's log-probabilities of the same images (uint8 [rows, pixels]): float32
  /// [members, rows, classes], valid until the next call.
  at::Tensor LogProbabilities(const at::Tensor& images);

  int64_t Members() const { return parameters_.size(0); }
  /// Float32 [members, parameters] on the device: for each layer the weight [outputs, inputs], then
  /// the bias. The same memory until Keep.
  at::Tensor& Parameters() { return parameters_; }
  const at::Tensor& Parameters() const { return parameters_; }
  /// In the same layout, of the last batches. May be written to.
  at::Tensor& Gradient() { return gradient_; }

  /// Goes on with the members of these indices (int64 [kept], on the device).
  void Keep(const at::Tensor& members);

 private:
  /// Views of one layer into a tensor of parameters.
  struct Layer {
    at::Tensor weight;       // [members, outputs, inputs]
    at::Tensor bias;         // [members, outputs]
    at::Tensor weight_t;     // [members, inputs, outputs]
    at::Tensor bias_as_row;  // [members, 1, outputs]
  };

  /// What a forward pass over `rows` images writes.
  struct Forward {
    at::Tensor pixels;                // float32 [any, pixels]
    at::Tensor inputs;                // the same as [members, rows, pixels]
    std::vector<at::Tensor> outputs;  // of each layer [members, rows, outputs], ReLU applied inside
    at::Tensor sums;                  // the last of them as [members * rows, classes]
    at::Tensor log_probabilities;     // [members * rows, classes]
  };

  /// What a training pass over `rows` images of each member writes beside it.
  struct Backward {
    std::vector<at::Tensor> deltas;    // gradients of the layers' sums, in the outputs' shapes
    std::vector<at::Tensor> deltas_t;  // [members, outputs, rows]
    at::Tensor sums_delta;             // the last of them as [members * rows, classes]
    at::Tensor nll_gradient;           // [members * rows, classes]
    at::Tensor loss_gradients;         // [members * rows], of the mean: 1 / rows each
    at::Tensor total_weight;           // [], written by nll_loss and not used
  };

  struct TrainingPass {
    Forward forward;
    Backward backward;
  };

  void Arrange();
  std::vector<Layer> Views(const at::Tensor& stacked) const;
  Forward NewForward(int64_t rows, bool shared_images) const;
  TrainingPass NewTrainingPass(int64_t rows) const;
  void Run(const at::Tensor& images, Forward& pass);
  void BackPropagate(TrainingPass& pass);

  std::vector<int64_t> widths_;
  at::TensorOptions options_;
  at::Tensor parameters_, gradient_;       // [members, parameters]
  std::vector<Layer> layers_, gradients_;  // views of the two
  at::Tensor white_;                       // float32 [1]: 255
  std::map<int64_t, TrainingPass> training_;
  std::map<int64_t, Forward> evaluation_;
};

}  // namespace lrsweep
