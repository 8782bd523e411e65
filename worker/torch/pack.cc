#include "worker/torch/pack.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "worker/torch/tensors.h"
#include "worker/torch/work_in_flight.h"
#include "worker/training_checks.h"

namespace lrsweep {
namespace {

DeviceDataset::Set ToDevice(const ImageSet& set, at::Device device, ImagesAs images) {
  const at::Tensor bytes = View(set.images, {set.count, set.pixels}).to(device);
  return {images == ImagesAs::kFloats ? AsFloats(bytes) : bytes,
          View(set.labels, {set.count}).to(device, at::kLong)};
}

std::vector<at::Generator> Generators(const std::vector<TrainConfig>& configs) {
  std::vector<at::Generator> generators;
  generators.reserve(configs.size());
  for (const TrainConfig& config : configs) {
    generators.push_back(at::detail::createCPUGenerator(config.seed));
  }
  return generators;
}

/// The number of images per chunk of an evaluation: 1000, or fewer for a model so large that a
/// chunk would delay the tick too long (0.5 GFLOP take at most some 20 ms). It does not depend on
/// the pack's size, because the bits might then depend on it too.
int64_t EvaluationRows(int64_t parameters) {
  return std::clamp<int64_t>(250'000'000 / parameters, 1, 1000);
}

/// The members and ghosts of a pack.
size_t WidthOf(size_t members, const PackOptions& options) {
  if (options.width == 0) return members;
  if (members <= options.width) return options.width;
  throw std::invalid_argument("a pack of " + std::to_string(members) +
                              " trials, where packs have a fixed size of " +
                              std::to_string(options.width));
}

}  // namespace

std::shared_ptr<const DeviceDataset> ToDevice(std::shared_ptr<const Dataset> dataset,
                                              at::Device device, ImagesAs images) {
  CheckDataset(*dataset);
  auto data = std::make_shared<DeviceDataset>();
  data->train = ToDevice(dataset->train, device, images);
  data->test = ToDevice(dataset->test, device, images);
  if (dataset->HasValidation()) {
    data->validation = ToDevice(dataset->validation, device, images);
  }
  data->source = std::move(dataset);
  return data;
}

TorchPack::TorchPack(const std::vector<TrainConfig>& configs,
                     std::shared_ptr<const DeviceDataset> data, const ComputeDevice& device,
                     const PackOptions& options)
    : device_(device),
      data_(std::move(data)),
      batches_{.images = data_->source->train.count,
               .size = std::min(configs.front().batch_size, data_->source->train.count)},
      size_(configs.size()),
      keeps_width_(options.width != 0),
      orders_(Generators(configs), batches_),
      model_(LayerWidths(configs.front(), *data_->source), orders_.Generators(),
             WidthOf(configs.size(), options), device.Device()),
      optimizer_(Optimizer::Make(configs, model_.Parameters(), model_.Count(), options.momentum)),
      mean_losses_(batches_),
      repeated_step_(device.GraphCapture()) {
  Arrange();
}

/// Makes everything that depends on the pack's width.
void TorchPack::Arrange() {
  const int64_t columns = model_.Members() * batches_.size;
  const auto counts = at::TensorOptions().dtype(at::kLong).device(device_.Device());
  step_ = at::zeros({1}, counts);
  one_ = at::ones({1}, counts);
  order_ = at::zeros({batches_.Count(), 2, columns}, counts);
  now_ = at::empty({1, 2, columns}, counts);
  losses_ = at::empty({batches_.Count(), columns}, counts.dtype(at::kFloat));
  buffers_.clear();
  repeated_step_.Forget();
}

TorchPack::Batch& TorchPack::BatchOf(int64_t rows) {
  const auto [found, is_new] = buffers_.try_emplace(rows);
  Batch& batch = found->second;
  if (!is_new) return batch;
  const int64_t count = model_.Members() * rows;
  batch.indices = now_[0][0].narrow(0, 0, count);
  batch.labels = now_[0][1].narrow(0, 0, count);
  batch.images = at::empty({count, data_->train.images.size(1)}, data_->train.images.options());
  batch.losses = at::empty({count}, losses_.options());
  batch.losses_as_row = batch.losses.unsqueeze(0);
  batch.losses_target = losses_.narrow(1, 0, count);
  return batch;
}

/// Puts everything that the epoch's steps read on the device. Ghosts keep the images that they had:
/// at first, all of them the first image.
void TorchPack::BeginEpoch(const std::vector<StepRates>& rates) {
  if (optimizer_->PlanEpoch(rates, batches_.Count())) repeated_step_.Forget();
  const at::Tensor drawn = orders_.BeginEpoch();
  const at::Tensor order = order_.narrow(2, 0, drawn.size(1));  // the members' columns
  at::Tensor indices = order.select(1, 0);
  indices.copy_(drawn);
  order.select(1, 1).copy_(data_->train.labels.take(indices));
  step_.zero_();
  mean_losses_.Begin(size_, losses_);
}

void TorchPack::Step(int64_t rows) {
  RECORD_USER_SCOPE("lrsweep::step");
  Batch& batch = BatchOf(rows);
  at::index_select_out(now_, order_, 0, step_);
  at::index_select_out(batch.images, data_->train.images, 0, batch.indices);
  model_.Differentiate(batch.images, batch.labels, batch.losses);
  batch.losses_target.index_copy_(0, step_, batch.losses_as_row);
  optimizer_->Step(step_, model_.Parameters(), model_.Gradient());
  step_.add_(one_);
}

/// Does what the host can do while the device computes: averages the losses that it has, and draws
/// the part of the next epoch's orders that is due after so many steps.
void TorchPack::WorkBesideDevice(int64_t steps_given) {
  mean_losses_.Average();
  orders_.Draw(size_ * static_cast<size_t>(steps_given) / static_cast<size_t>(batches_.Count()));
}

/// Calls the tick with the next member's progress: the members take turns.
void TorchPack::Report(int64_t steps_done, const Tick& tick) {
  const size_t member = (progress_.member + 1) % size_;
  progress_ = {.steps_done = steps_done, .loss = mean_losses_.Last(member), .member = member};
  CallTick(tick, progress_);
}

std::vector<std::vector<float>> TorchPack::TrainEpoch(const std::vector<StepRates>& rates,
                                                      const Tick& tick) {
  const int64_t steps = batches_.Count();
  if (rates.size() != size_) throw std::invalid_argument("expected one schedule per member");
  for (const StepRates& member : rates) CheckRates(member, steps);
  const ComputeScope scope(device_);
  BeginEpoch(rates);
  WorkInFlight in_flight;
  TickClock clock;
  for (int64_t given = 1; given <= steps; ++given) {
    const int64_t rows = batches_.RowsOf(given - 1);
    repeated_step_.Run(rows, [&] { Step(rows); });
    if (!in_flight.Add() && given < steps) continue;
    WorkBesideDevice(given);
    device_.Wait();
    in_flight.Finish();
    mean_losses_.Fetch(given);
    if (clock.IsDue()) Report(given, tick);
  }
  mean_losses_.Average();
  std::vector<std::vector<float>> losses = mean_losses_.Take();
  progress_.steps_done = steps;
  progress_.loss = losses[progress_.member].back();
  return losses;
}

std::vector<Evaluation> TorchPack::Evaluate(Split split, const Tick& tick) {
  const ComputeScope scope(device_);
  const int64_t count = ImagesOf(split, *data_->source).count;
  const DeviceDataset::Set& set = split == Split::kTest ? data_->test : data_->validation;
  const int64_t members = model_.Members();
  const int64_t chunk = EvaluationRows(model_.Count());
  const at::Tensor loss = at::zeros({members}, set.labels.options().dtype(at::kDouble));
  const at::Tensor correct = at::zeros({members}, set.labels.options());
  WorkInFlight in_flight;
  TickClock clock;
  for (int64_t first = 0; first < count; first += chunk) {
    const int64_t rows = std::min(chunk, count - first);
    const at::Tensor labels = set.labels.narrow(0, first, rows).expand({members, rows});
    const at::Tensor log_probabilities = model_.LogProbabilities(set.images.narrow(0, first, rows));
    loss.sub_(
        log_probabilities.gather(2, labels.unsqueeze(2)).squeeze(2).sum(1, false, at::kDouble));
    correct.add_(log_probabilities.argmax(2).eq(labels).sum(1));
    if (!in_flight.Add()) continue;
    device_.Wait();
    in_flight.Finish();
    if (clock.IsDue()) CallTick(tick, progress_);
  }
  const auto losses = ToVector<double>(loss);
  const auto hits = ToVector<int64_t>(correct);
  std::vector<Evaluation> evaluations;
  const auto images = static_cast<double>(count);
  for (size_t i = 0; i < size_; ++i) {
    evaluations.push_back(
        {.loss = losses[i] / images, .accuracy = static_cast<double>(hits[i]) / images});
  }
  return evaluations;
}

void TorchPack::Keep(const std::vector<size_t>& members) {
  const ComputeScope scope(device_);
  std::vector<int64_t> rows(members.begin(), members.end());
  if (keeps_width_) rows.resize(static_cast<size_t>(model_.Members()), rows.at(0));
  const at::Tensor indices = View(rows, {static_cast<int64_t>(rows.size())}).to(device_.Device());
  model_.Select(indices);
  optimizer_->Keep(members, indices);
  orders_.Keep(members);
  size_ = members.size();
  progress_ = {};
  if (!keeps_width_) Arrange();
}

/// The member's parameters.
at::Tensor TorchPack::RowOf(size_t member) const {
  return model_.Parameters().select(0, static_cast<int64_t>(member)).narrow(0, 0, model_.Count());
}

TrainingState TorchPack::State(size_t member) const {
  const ComputeScope scope(device_);
  TrainingState state;
  state.random = orders_.State(member);
  state.parameters = ToVector<float>(RowOf(member));
  optimizer_->Save(member, state);
  return state;
}

void TorchPack::Restore(size_t member, const TrainingState& state) {
  const ComputeScope scope(device_);
  const auto size = static_cast<size_t>(model_.Count());
  const auto fits = [size](const std::vector<float>& values) {
    return values.empty() || values.size() == size;
  };
  if (state.parameters.size() != size || !fits(state.momentum) || !fits(state.second_moment)) {
    throw std::invalid_argument("the saved state does not fit this model, which has " +
                                std::to_string(size) + " parameters");
  }
  orders_.Restore(member, state.random);
  RowOf(member).copy_(View(state.parameters, {model_.Count()}));
  optimizer_->Restore(member, state);
}

}  // namespace lrsweep
