// The multilayer perceptrons of a pack, with ReLU and cross-entropy. Forward and backward pass are
// written by hand in ATen, without autograd: one tensor of parameters with a row per member, and
// buffers that are allocated once.
//
// The passes run the operations that PyTorch's autograd runs for torch.nn.Linear and
// torch.nn.functional.cross_entropy, in the same order, with baddbmm for the matrix products. If
// LibTorch computes a batched product as a sequence of plain ones (as with OpenBLAS), losses and
// gradients have PyTorch's bits, in a pack of any size.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lrsweep {

/// The networks. Call every function within a ComputeScope. Not thread-safe.
class Mlp {
 public:
  /// Makes layers of `widths[i]` inputs and `widths[i + 1]` outputs; the first width is the number
  /// of pixels, the last one that of classes. There is one member for each generator, from which
  /// nn.Linear's initial values are drawn, layer by layer, on the CPU, then moved to `device`.
  /// Copies of the first member fill them up to `members`.
  Mlp(const std::vector<int64_t>& widths, const std::vector<at::Generator>& generators,
      size_t members, at::Device device);

  /// Writes the gradient of every member's mean cross-entropy to Gradient(), and the cross-entropy
  /// of each image to `losses` (float32 [members * rows]). `images` ([members * rows, pixels]) and
  /// `labels` (int64 [members * rows]) hold the members' batches one after the other. Images are
  /// uint8, taken as value / 255, or those values as float32. Allocates memory only for a number of
  /// rows that is new.
  void Differentiate(const at::Tensor& images, const at::Tensor& labels, at::Tensor& losses);

  /// Returns every member's log-probabilities of the same images ([rows, pixels], as for
  /// Differentiate): float32 [members, rows, classes], valid until the next call.
  at::Tensor LogProbabilities(const at::Tensor& images);

  int64_t Members() const { return parameters_.size(0); }
  /// The number of each member's parameters.
  int64_t Count() const { return count_; }
  /// Float32 [members, row] on the device. A row holds for each layer the weight [outputs, inputs],
  /// then the bias, and then zeros up to a multiple of 32 floats: so the rows of all members are
  /// aligned alike, which cuBLAS's choice of kernels may depend on. Stays at the same address until
  /// the number of members changes.
  at::Tensor& Parameters() { return parameters_; }
  const at::Tensor& Parameters() const { return parameters_; }
  /// The gradient of the last batches, in the same layout. Callers may write to it, but no other
  /// value than 0 behind the parameters.
  at::Tensor& Gradient() { return gradient_; }

  /// Replaces the members by those of these indices (int64, on the device).
  void Select(const at::Tensor& members);

 private:
  /// Views into a tensor of parameters: one layer's.
  struct Layer {
    at::Tensor weight;       // [members, outputs, inputs]
    at::Tensor bias;         // [members, outputs]
    at::Tensor weight_t;     // [members, inputs, outputs]
    at::Tensor bias_as_row;  // [members, 1, outputs]
  };

  /// The buffers of a forward pass over `rows` images.
  struct Forward {
    at::Tensor pixels;                // float32 [rows or members * rows, pixels]; of bytes only
    at::Tensor inputs;                // a view of `pixels` or the images: [members, rows, pixels]
    std::vector<at::Tensor> outputs;  // of each layer: [members, rows, outputs], after ReLU
    at::Tensor sums;                  // a view of the last output as [members * rows, classes]
    at::Tensor log_probabilities;     // [members * rows, classes]
  };

  /// The further buffers of a training pass over `rows` images of each member.
  struct Backward {
    std::vector<at::Tensor> deltas;    // gradients of the layers' sums, in the outputs' shapes
    std::vector<at::Tensor> deltas_t;  // transposed views: [members, outputs, rows]
    at::Tensor sums_delta;             // a view of the last delta as [members * rows, classes]
    at::Tensor nll_gradient;           // [members * rows, classes]
    at::Tensor loss_gradients;         // [members * rows], 1 / rows each: that of the mean
    at::Tensor total_weight;           // [], which nll_loss writes and nothing uses
  };

  struct TrainingPass {
    Forward forward;
    Backward backward;
  };

  void Arrange();
  std::vector<Layer> Views(const at::Tensor& stacked) const;
  Forward NewForward(int64_t rows) const;
  TrainingPass NewTrainingPass(int64_t rows) const;
  at::Tensor InputsOf(const at::Tensor& pixels, int64_t rows) const;
  void TakeImages(const at::Tensor& images, int64_t rows, Forward& pass) const;
  void Run(Forward& pass);
  void BackPropagate(TrainingPass& pass);

  std::vector<int64_t> widths_;
  int64_t count_;
  at::TensorOptions options_;
  at::Tensor parameters_, gradient_;          // [members, row]
  std::vector<Layer> layers_, gradients_;     // views of the two
  at::Tensor white_;                          // float32 [1]: 255
  std::map<int64_t, TrainingPass> training_;  // by the number of rows
  std::map<int64_t, Forward> evaluation_;     // by the number of rows
};

}  // namespace lrsweep
