#include "worker/torch_engine_training.h"

#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "worker/training_checks.h"

namespace lrsweep {
namespace {

/// A tensor over memory that is only read; from_blob has no const form.
template <typename Container>
at::Tensor Bytes(const Container& bytes, at::IntArrayRef shape) {
  return at::from_blob(const_cast<uint8_t*>(bytes.data()), shape, at::kByte);
}

DeviceDataset::Set ToDevice(const ImageSet& set, at::Device device) {
  return {Bytes(set.images, {set.count, set.pixels}).to(device),
          Bytes(set.labels, {set.count}).to(device, at::kLong)};
}

/// Images per chunk of an evaluation: 1000, or fewer for a model so large that they would take
/// longer than a tick may wait (0.5 GFLOP are at most some 20 ms).
int64_t EvaluationRows(int64_t parameters) {
  return std::clamp<int64_t>(250'000'000 / parameters, 1, 1000);
}

/// One number as torch.empty((), dtype=torch.int64).random_() draws it.
int64_t DrawSeed(const at::Generator& generator) {
  return at::empty({}, at::kLong).random_(generator).item<int64_t>();
}

template <typename T>
std::vector<T> ToVector(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  const at::Tensor local = tensor.to(at::kCPU).contiguous();
  const T* data = local.data_ptr<T>();
  return std::vector<T>(data, data + local.numel());
}

template <typename T>
at::Tensor ToTensor(const std::vector<T>& values, at::ScalarType type) {
  return at::from_blob(const_cast<T*>(values.data()), {static_cast<int64_t>(values.size())}, type)
      .clone();
}

}  // namespace

std::shared_ptr<const DeviceDataset> ToDevice(std::shared_ptr<const Dataset> dataset,
                                              at::Device device) {
  CheckDataset(*dataset);
  auto data = std::make_shared<DeviceDataset>();
  data->train = ToDevice(dataset->train, device);
  data->test = ToDevice(dataset->test, device);
  data->source = std::move(dataset);
  return data;
}

TorchTraining::TorchTraining(const TrainConfig& config, std::shared_ptr<const DeviceDataset> data,
                             at::Device device)
    : batch_size_(config.batch_size),
      steps_per_epoch_(config.StepsPerEpoch(data->source->train.count)),
      data_(std::move(data)),
      device_(device),
      generator_(at::detail::createCPUGenerator(config.seed)),
      model_(LayerWidths(config, *data_->source), generator_, device),
      batch_(at::empty_like(
          data_->train.images.narrow(0, 0, std::min(batch_size_, data_->train.images.size(0))))),
      evaluation_rows_(EvaluationRows(model_.Parameters().numel())) {}

at::Tensor TorchTraining::DrawOrder() {
  DrawSeed(generator_);  // the loader's base seed, which only its worker processes would use
  const auto seed = static_cast<uint64_t>(DrawSeed(generator_));
  const at::Generator sampler = at::detail::createCPUGenerator(seed);
  return at::randperm(data_->train.images.size(0), sampler, at::kLong).to(device_);
}

std::vector<float> TorchTraining::TrainEpoch(const StepRates& rates, const Tick& tick) {
  return WithPlainErrors([&] { return TrainSteps(rates, tick); });
}

std::vector<float> TorchTraining::TrainSteps(const StepRates& rates, const Tick& tick) {
  CheckRates(rates, steps_per_epoch_);
  const c10::InferenceMode inference;
  const at::Tensor order = DrawOrder();
  const at::Tensor labels = data_->train.labels.index_select(0, order);
  const at::Tensor losses = at::empty({steps_per_epoch_}, order.options().dtype(at::kFloat));
  const int64_t count = order.size(0);
  TickClock clock;
  for (int64_t step = 0; step < steps_per_epoch_; ++step) {
    const int64_t first = step * batch_size_;
    const int64_t rows = std::min(batch_size_, count - first);
    at::Tensor images = batch_.narrow(0, 0, rows);
    at::index_select_out(images, data_->train.images, 0, order.narrow(0, first, rows));
    model_.Step(images, labels.narrow(0, first, rows), rates.LrAt(step), rates.MomentumAt(step),
                losses.select(0, step));
    if (clock.Due()) {
      progress_ = {.steps_done = step + 1, .loss = losses.select(0, step).item<float>()};
      Tell(tick, progress_);
    }
  }
  std::vector<float> result = ToVector<float>(losses);
  progress_ = {.steps_done = steps_per_epoch_, .loss = result.back()};
  return result;
}

Evaluation TorchTraining::Evaluate(const Tick& tick) {
  return WithPlainErrors([&] { return EvaluateChunks(tick); });
}

Evaluation TorchTraining::EvaluateChunks(const Tick& tick) {
  const c10::InferenceMode inference;
  const DeviceDataset::Set& test = data_->test;
  const int64_t count = test.labels.size(0);
  at::Tensor loss = at::zeros({}, test.labels.options().dtype(at::kDouble));
  at::Tensor correct = at::zeros({}, test.labels.options());
  TickClock clock;
  for (int64_t first = 0; first < count; first += evaluation_rows_) {
    const int64_t rows = std::min(evaluation_rows_, count - first);
    const at::Tensor labels = test.labels.narrow(0, first, rows);
    const at::Tensor& log_probabilities =
        model_.LogProbabilities(test.images.narrow(0, first, rows));
    loss.sub_(log_probabilities.gather(1, labels.unsqueeze(1)).sum(at::kDouble));
    correct.add_(log_probabilities.argmax(1).eq(labels).sum());
    if (clock.Due()) Tell(tick, progress_);
  }
  const auto images = static_cast<double>(count);
  return {.loss = loss.item<double>() / images,
          .accuracy = static_cast<double>(correct.item<int64_t>()) / images};
}

TrainingState TorchTraining::State() const {
  const c10::InferenceMode inference;
  return {.parameters = ToVector<float>(model_.Parameters()),
          .momentum = ToVector<float>(model_.MomentumBuffer()),
          .random = ToVector<uint8_t>(generator_.get_state())};
}

void TorchTraining::Restore(const TrainingState& state) {
  const c10::InferenceMode inference;
  const auto size = static_cast<size_t>(model_.Parameters().numel());
  if (state.parameters.size() != size ||
      (!state.momentum.empty() && state.momentum.size() != size)) {
    throw std::invalid_argument("the saved state is not of this model, which has " +
                                std::to_string(size) + " parameters");
  }
  if (state.random.size() != static_cast<size_t>(generator_.get_state().numel())) {
    throw std::invalid_argument("the saved state's random generator is not LibTorch's");
  }
  generator_.set_state(ToTensor(state.random, at::kByte));
  model_.Restore(ToTensor(state.parameters, at::kFloat),
                 state.momentum.empty() ? at::Tensor() : ToTensor(state.momentum, at::kFloat));
}

}  // namespace lrsweep
