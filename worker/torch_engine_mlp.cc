#include "worker/torch_engine_mlp.h"

#include <cmath>
#include <utility>

namespace lrsweep {
namespace {

// Values of at::Reduction::Reduction, and cross_entropy's default of a label to leave out.
constexpr int64_t kMean = 1;
constexpr int64_t kIgnoreIndex = -100;

int64_t CountParameters(const std::vector<int64_t>& widths) {
  int64_t count = 0;
  for (size_t i = 0; i + 1 < widths.size(); ++i) count += (widths[i] + 1) * widths[i + 1];
  return count;
}

/// nn.Linear.reset_parameters: kaiming_uniform_(weight, a=sqrt(5)), then the bias, with the bounds
/// computed in double in the order in which Python does.
void InitializeLinear(const at::Tensor& weight, const at::Tensor& bias,
                      const at::Generator& generator) {
  const auto fan_in = static_cast<double>(weight.size(1));
  const double a = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + a * a));
  const double bound = std::sqrt(3.0) * (gain / std::sqrt(fan_in));
  weight.uniform_(-bound, bound, generator);
  const double bias_bound = 1 / std::sqrt(fan_in);
  bias.uniform_(-bias_bound, bias_bound, generator);
}

}  // namespace

Mlp::Mlp(const std::vector<int64_t>& widths, const at::Generator& generator, at::Device device)
    : widths_(widths), options_(at::TensorOptions().dtype(at::kFloat).device(device)) {
  const at::Tensor initial = at::empty({CountParameters(widths)}, at::kFloat);
  for (Layer& layer : Views(initial)) InitializeLinear(layer.weight, layer.bias, generator);
  parameters_ = initial.to(device);
  gradient_ = at::empty_like(parameters_);
  buffer_ = at::empty_like(parameters_);
  layers_ = Views(parameters_);
  gradients_ = Views(gradient_);
  one_ = at::ones({}, options_);
  total_weight_ = at::empty({}, options_);
}

std::vector<Mlp::Layer> Mlp::Views(const at::Tensor& flat) const {
  std::vector<Layer> layers;
  int64_t start = 0;
  for (size_t i = 0; i + 1 < widths_.size(); ++i) {
    const int64_t inputs = widths_[i];
    const int64_t outputs = widths_[i + 1];
    const at::Tensor weight = flat.narrow(0, start, outputs * inputs).view({outputs, inputs});
    start += outputs * inputs;
    layers.push_back({weight, flat.narrow(0, start, outputs)});
    start += outputs;
  }
  return layers;
}

Mlp::Workspace& Mlp::ForRows(int64_t rows) {
  const auto [found, is_new] = workspaces_.try_emplace(rows);
  Workspace& work = found->second;
  if (!is_new) return work;
  work.inputs = at::empty({rows, widths_.front()}, options_);
  for (size_t i = 1; i < widths_.size(); ++i) {
    work.outputs.push_back(at::empty({rows, widths_[i]}, options_));
    work.deltas.push_back(at::empty({rows, widths_[i]}, options_));
  }
  work.log_probabilities = at::empty({rows, widths_.back()}, options_);
  work.nll_gradient = at::empty({rows, widths_.back()}, options_);
  return work;
}

void Mlp::Forward(const at::Tensor& images, Workspace& work) {
  // ToTensor(): to float, then divided, so that the bits are its bits.
  work.inputs.copy_(images);
  work.inputs.div_(255);
  const at::Tensor* input = &work.inputs;
  for (size_t i = 0; i < layers_.size(); ++i) {
    at::Tensor& output = work.outputs[i];
    at::addmm_out(output, layers_[i].bias, *input, layers_[i].weight.t());
    if (i + 1 < layers_.size()) output.relu_();
    input = &output;
  }
  at::_log_softmax_out(work.log_probabilities, *input, 1, /*half_to_float=*/false);
}

const at::Tensor& Mlp::LogProbabilities(const at::Tensor& images) {
  Workspace& work = ForRows(images.size(0));
  Forward(images, work);
  return work.log_probabilities;
}

void Mlp::LossAndItsGradient(const at::Tensor& labels, Workspace& work, at::Tensor& loss) {
  const at::Tensor& log_probabilities = work.log_probabilities;
  at::nll_loss_forward_out(loss, total_weight_, log_probabilities, labels, {}, kMean, kIgnoreIndex);
  at::nll_loss_backward_out(work.nll_gradient, one_, log_probabilities, labels, {}, kMean,
                            kIgnoreIndex, total_weight_);
  at::_log_softmax_backward_data_out(work.deltas.back(), work.nll_gradient, log_probabilities, 1,
                                     at::kFloat);
}

void Mlp::Backward(Workspace& work) {
  for (size_t i = layers_.size(); i-- > 0;) {
    const at::Tensor& input = i == 0 ? work.inputs : work.outputs[i - 1];
    at::mm_out(gradients_[i].weight, work.deltas[i].t(), input);
    at::sum_out(gradients_[i].bias, work.deltas[i], 0);
    if (i == 0) break;
    at::Tensor& below = work.deltas[i - 1];
    at::mm_out(below, work.deltas[i], layers_[i].weight);
    at::threshold_backward_out(below, below, work.outputs[i - 1], 0);
  }
}

/// torch.optim.SGD: without momentum the gradient is applied as it is and the buffer stays; the
/// first step with momentum starts the buffer with the gradient.
void Mlp::Update(double lr, double momentum) {
  if (momentum == 0) {
    parameters_.add_(gradient_, -lr);
    return;
  }
  if (has_momentum_) {
    buffer_.mul_(momentum).add_(gradient_);
  } else {
    buffer_.copy_(gradient_);
    has_momentum_ = true;
  }
  parameters_.add_(buffer_, -lr);
}

void Mlp::Step(const at::Tensor& images, const at::Tensor& labels, double lr, double momentum,
               at::Tensor loss) {
  Workspace& work = ForRows(images.size(0));
  Forward(images, work);
  LossAndItsGradient(labels, work, loss);
  Backward(work);
  Update(lr, momentum);
}

void Mlp::Restore(const at::Tensor& parameters, const at::Tensor& momentum) {
  parameters_.copy_(parameters);
  has_momentum_ = momentum.defined();
  if (has_momentum_) buffer_.copy_(momentum);
}

}  // namespace lrsweep
