#include "worker/torch/mlp.h"

#include <cmath>
#include <utility>

#include "worker/torch/tensors.h"

namespace lrsweep {
namespace {

constexpr int64_t kNoReduction = 0;     // at::Reduction::None
constexpr int64_t kIgnoreIndex = -100;  // cross_entropy's default: the label of ignored images

int64_t CountParameters(const std::vector<int64_t>& widths) {
  int64_t count = 0;
  for (size_t i = 0; i + 1 < widths.size(); ++i) count += (widths[i] + 1) * widths[i + 1];
  return count;
}

/// The floats of a row that holds `count` parameters.
int64_t RowSize(int64_t count) {
  constexpr int64_t kAlignment = 32;
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

/// Follows nn.Linear.reset_parameters: kaiming_uniform_(weight, a=sqrt(5)), then the bias. The
/// bounds are computed in double, in the order in which Python does, so that they have its bits.
void InitializeLinear(const at::Tensor& weight, const at::Tensor& bias,
                      const at::Generator& generator) {
  const auto fan_in = static_cast<double>(weight.size(-1));
  const double a = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + a * a));
  const double bound = std::sqrt(3.0) * (gain / std::sqrt(fan_in));
  weight.uniform_(-bound, bound, generator);
  const double bias_bound = 1 / std::sqrt(fan_in);
  bias.uniform_(-bias_bound, bias_bound, generator);
}

}  // namespace

Mlp::Mlp(const std::vector<int64_t>& widths, const std::vector<at::Generator>& generators,
         size_t members, at::Device device)
    : widths_(widths),
      count_(CountParameters(widths)),
      options_(at::TensorOptions().dtype(at::kFloat).device(device)) {
  const auto drawn = static_cast<int64_t>(generators.size());
  const auto all = static_cast<int64_t>(members);
  const at::Tensor initial = at::zeros({all, RowSize(count_)}, at::kFloat);
  for (int64_t member = 0; member < drawn; ++member) {
    for (const Layer& layer : Views(initial.narrow(0, member, 1))) {
      InitializeLinear(layer.weight, layer.bias, generators[static_cast<size_t>(member)]);
    }
  }
  initial.narrow(0, drawn, all - drawn).copy_(initial.narrow(0, 0, 1));
  parameters_ = initial.to(device);
  white_ = at::full({1}, 255, options_);
  Arrange();
}

/// Makes everything that depends on the number of members.
void Mlp::Arrange() {
  gradient_ = at::zeros_like(parameters_);
  layers_ = Views(parameters_);
  gradients_ = Views(gradient_);
  training_.clear();
  evaluation_.clear();
}

void Mlp::Select(const at::Tensor& members) {
  const int64_t before = Members();
  SelectRows(parameters_, members);
  if (Members() != before) Arrange();
}

std::vector<Mlp::Layer> Mlp::Views(const at::Tensor& stacked) const {
  const int64_t members = stacked.size(0);
  std::vector<Layer> layers;
  int64_t start = 0;
  for (size_t i = 0; i + 1 < widths_.size(); ++i) {
    const int64_t inputs = widths_[i];
    const int64_t outputs = widths_[i + 1];
    const at::Tensor weight =
        stacked.narrow(1, start, outputs * inputs).view({members, outputs, inputs});
    start += outputs * inputs;
    const at::Tensor bias = stacked.narrow(1, start, outputs);
    start += outputs;
    layers.push_back({weight, bias, weight.transpose(1, 2), bias.unsqueeze(1)});
  }
  return layers;
}

Mlp::Forward Mlp::NewForward(int64_t rows) const {
  const int64_t members = Members();
  Forward pass;
  for (size_t i = 1; i < widths_.size(); ++i) {
    pass.outputs.push_back(at::empty({members, rows, widths_[i]}, options_));
  }
  pass.sums = pass.outputs.back().view({members * rows, widths_.back()});
  pass.log_probabilities = at::empty_like(pass.sums);
  return pass;
}

Mlp::TrainingPass Mlp::NewTrainingPass(int64_t rows) const {
  TrainingPass pass{NewForward(rows), {}};
  Backward& backward = pass.backward;
  for (const at::Tensor& output : pass.forward.outputs) {
    backward.deltas.push_back(at::empty_like(output));
    backward.deltas_t.push_back(backward.deltas.back().transpose(1, 2));
  }
  backward.sums_delta = backward.deltas.back().view_as(pass.forward.sums);
  backward.nll_gradient = at::empty_like(pass.forward.sums);
  backward.loss_gradients = at::full({Members() * rows}, 1 / static_cast<float>(rows), options_);
  backward.total_weight = at::empty({}, options_);
  return pass;
}

/// Returns a view of images, which all members share or which are the members' own, one after the
/// other: [members, rows, pixels].
at::Tensor Mlp::InputsOf(const at::Tensor& pixels, int64_t rows) const {
  const at::Tensor stacked = pixels.view({-1, rows, widths_.front()});
  return stacked.expand({Members(), rows, widths_.front()});
}

/// Makes the images the pass's input: converts bytes as AsFloats does, without a new allocation.
void Mlp::TakeImages(const at::Tensor& images, int64_t rows, Forward& pass) const {
  if (images.is_floating_point()) {
    pass.inputs = InputsOf(images, rows);
    return;
  }
  if (!pass.pixels.defined()) {
    pass.pixels = at::empty(images.sizes(), options_);
    pass.inputs = InputsOf(pass.pixels, rows);
  }
  pass.pixels.copy_(images);
  pass.pixels.div_(white_);
}

void Mlp::Run(Forward& pass) {
  const at::Tensor* input = &pass.inputs;
  for (size_t i = 0; i < layers_.size(); ++i) {
    at::Tensor& output = pass.outputs[i];
    at::baddbmm_out(output, layers_[i].bias_as_row, *input, layers_[i].weight_t);
    if (i + 1 < layers_.size()) output.relu_();
    input = &output;
  }
  at::_log_softmax_out(pass.log_probabilities, pass.sums, 1, /*half_to_float=*/false);
}

at::Tensor Mlp::LogProbabilities(const at::Tensor& images) {
  const int64_t rows = images.size(0);
  const auto [found, is_new] = evaluation_.try_emplace(rows);
  if (is_new) found->second = NewForward(rows);
  TakeImages(images, rows, found->second);
  Run(found->second);
  return found->second.log_probabilities.view({Members(), rows, widths_.back()});
}

void Mlp::BackPropagate(TrainingPass& pass) {
  Backward& backward = pass.backward;
  for (size_t i = layers_.size(); i-- > 0;) {
    const at::Tensor& input = i == 0 ? pass.forward.inputs : pass.forward.outputs[i - 1];
    at::bmm_out(gradients_[i].weight, backward.deltas_t[i], input);
    at::sum_out(gradients_[i].bias, backward.deltas[i], 1);
    if (i == 0) break;
    at::Tensor& below = backward.deltas[i - 1];
    at::bmm_out(below, backward.deltas[i], layers_[i].weight);
    at::threshold_backward_out(below, below, pass.forward.outputs[i - 1], 0);
  }
}

void Mlp::Differentiate(const at::Tensor& images, const at::Tensor& labels, at::Tensor& losses) {
  const int64_t rows = images.size(0) / Members();
  const auto [found, is_new] = training_.try_emplace(rows);
  if (is_new) found->second = NewTrainingPass(rows);
  TrainingPass& pass = found->second;
  TakeImages(images, rows, pass.forward);
  Run(pass.forward);

  Backward& backward = pass.backward;
  const at::Tensor& log_probabilities = pass.forward.log_probabilities;
  at::nll_loss_forward_out(losses, backward.total_weight, log_probabilities, labels, {},
                           kNoReduction, kIgnoreIndex);
  at::nll_loss_backward_out(backward.nll_gradient, backward.loss_gradients, log_probabilities,
                            labels, {}, kNoReduction, kIgnoreIndex, backward.total_weight);
  at::_log_softmax_backward_data_out(backward.sums_delta, backward.nll_gradient, log_probabilities,
                                     1, at::kFloat);
  BackPropagate(pass);
}

}  // namespace lrsweep
