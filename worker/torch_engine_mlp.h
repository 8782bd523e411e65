// The multilayer perceptron with ReLU, cross-entropy and SGD, its passes written by hand in ATen:
// no autograd, one flat tensor of parameters, buffers made once.
//
// Follows torch.nn.Linear, torch.nn.functional.cross_entropy and torch.optim.SGD of PyTorch with
// the operations that its autograd runs, in its order: beside a script on the same LibTorch and
// BLAS, both on one thread, every loss and weight has equal bits (checked over two epochs of
// MNIST). To let the matrix product add into the momentum buffer saves 10 us of 390 a step and
// loses that.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <vector>

namespace lrsweep {

/// Call every function with c10::InferenceMode on. Not thread-safe.
class Mlp {
 public:
  /// Layers of `widths[i]` inputs and `widths[i + 1]` outputs; the first width is the pixels of an
  /// image, the last one the classes. The initial values are those of nn.Linear, made layer by
  /// layer on the CPU from `generator`, then moved to `device`.
  Mlp(const std::vector<int64_t>& widths, const at::Generator& generator, at::Device device);

  /// One optimizer step on `images` (uint8 [rows, pixels], taken as value / 255) and `labels`
  /// (int64 [rows]). The batch's mean cross-entropy before the step goes to `loss` (float32 []).
  void Step(const at::Tensor& images, const at::Tensor& labels, double lr, double momentum,
            at::Tensor loss);

  /// Log-probabilities, float32 [rows, classes], valid until the next call with as many rows.
  const at::Tensor& LogProbabilities(const at::Tensor& images);

  /// Float32 [parameters] on the device: for each layer the weight [outputs, inputs], then the
  /// bias.
  const at::Tensor& Parameters() const { return parameters_; }
  /// SGD's momentum buffers in the same layout; undefined before the first step with momentum.
  at::Tensor MomentumBuffer() const { return has_momentum_ ? buffer_ : at::Tensor(); }
  /// `momentum` may be undefined. Both are copied.
  void Restore(const at::Tensor& parameters, const at::Tensor& momentum);

 private:
  /// Views of one layer into a flat tensor.
  struct Layer {
    at::Tensor weight;  // [outputs, inputs]
    at::Tensor bias;    // [outputs]
  };

  /// What a pass over `rows` images writes.
  struct Workspace {
    at::Tensor inputs;                // float32 [rows, pixels]
    std::vector<at::Tensor> outputs;  // of each layer, [rows, widths[i + 1]], ReLU applied inside
    std::vector<at::Tensor> deltas;   // gradients of the layers' sums, same shapes
    at::Tensor log_probabilities;     // [rows, classes]
    at::Tensor nll_gradient;          // [rows, classes]
  };

  std::vector<Layer> Views(const at::Tensor& flat) const;
  Workspace& ForRows(int64_t rows);
  void Forward(const at::Tensor& images, Workspace& work);
  void LossAndItsGradient(const at::Tensor& labels, Workspace& work, at::Tensor& loss);
  void Backward(Workspace& work);
  void Update(double lr, double momentum);

  std::vector<int64_t> widths_;
  at::TensorOptions options_;
  at::Tensor parameters_, gradient_, buffer_;  // flat
  std::vector<Layer> layers_, gradients_;      // views of the first two
  bool has_momentum_ = false;
  at::Tensor one_;           // float32 [], the gradient of the loss
  at::Tensor total_weight_;  // float32 [], written by nll_loss
  std::map<int64_t, Workspace> workspaces_;
};

}  // namespace lrsweep
