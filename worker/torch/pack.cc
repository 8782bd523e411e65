#include "worker/torch/pack.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "worker/torch/tensors.h"
#include "worker/torch/work_in_flight.h"
#include "worker/training_checks.h"

namespace lrsweep {
namespace {

DeviceDataset::Set ToDevice(const ImageSet& set, at::Device device) {
  return {View(set.images, {set.count, set.pixels}).to(device),
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

/// Draws one number, as torch.empty((), dtype=torch.int64).random_() does.
int64_t DrawSeed(const at::Generator& generator) {
  return ToVector<int64_t>(at::empty({}, at::kLong).random_(generator)).front();
}

/// Computes a batch's mean loss from the losses of its images, added in the order of LibTorch's
/// nll_loss on the CPU: sums of 16 terms, then sums of 16 of those, and so on (cascade_sum in
/// ATen/native/LossNLL.cpp).
float MeanLoss(const float* losses, int64_t rows) {
  std::array<float, 8> sums{};
  for (int64_t i = 0; i < rows; ++i) {
    sums[0] += losses[i];
    for (size_t level = 0; level + 1 < sums.size() && (i >> (4 * level)) % 16 == 0; ++level) {
      sums[level + 1] += sums[level];
      sums[level] = 0;
    }
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0F) / static_cast<float>(rows);
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

TorchPack::TorchPack(const std::vector<TrainConfig>& configs,
                     std::shared_ptr<const DeviceDataset> data, const ComputeDevice& device)
    : device_(device),
      data_(std::move(data)),
      batch_size_(std::min(configs.front().batch_size, data_->source->train.count)),
      steps_per_epoch_(configs.front().StepsPerEpoch(data_->source->train.count)),
      generators_(Generators(configs)),
      model_(LayerWidths(configs.front(), *data_->source), generators_, device.Device()),
      optimizer_(Optimizer::Make(configs, model_.Parameters())),
      repeated_step_(device.GraphCapture()) {
  Arrange();
}

/// Makes everything that depends on the number of members.
void TorchPack::Arrange() {
  const int64_t members = model_.Members();
  const auto counts = at::TensorOptions().dtype(at::kLong).device(device_.Device());
  step_ = at::zeros({1}, counts);
  one_ = at::ones({1}, counts);
  order_ = at::zeros({steps_per_epoch_, 2, members * batch_size_}, counts);
  now_ = at::empty({1, 2, members * batch_size_}, counts);
  losses_ = at::empty({steps_per_epoch_, members * batch_size_}, counts.dtype(at::kFloat));
  batches_.clear();
  repeated_step_.Forget();
}

TorchPack::Batch& TorchPack::BatchOf(int64_t rows) {
  const auto [found, is_new] = batches_.try_emplace(rows);
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

/// Draws the member's order of images and writes it into its columns of `table`, [steps, members *
/// batch size]. A row holds the members' batches one after the other; the shorter batches of the
/// last row are packed at its beginning.
void TorchPack::WriteOrder(size_t member, int64_t* table) {
  DrawSeed(generators_[member]);  // the loader's base seed, which only its worker processes use
  const auto seed = static_cast<uint64_t>(DrawSeed(generators_[member]));
  const int64_t count = data_->source->train.count;
  const at::Tensor order = at::randperm(count, at::detail::createCPUGenerator(seed), at::kLong);
  const int64_t* image = order.data_ptr<int64_t>();
  const auto width = static_cast<int64_t>(Size()) * batch_size_;
  for (int64_t step = 0; step < steps_per_epoch_; ++step) {
    const int64_t rows = RowsOf(step);
    std::copy_n(image + step * batch_size_, rows,
                table + step * width + static_cast<int64_t>(member) * rows);
  }
}

void TorchPack::DrawOrder() {
  std::vector<int64_t> table(static_cast<size_t>(order_.numel() / 2));
  for (size_t member = 0; member < Size(); ++member) WriteOrder(member, table.data());
  at::Tensor indices = order_.select(1, 0);
  indices.copy_(View(table, indices.sizes()));
  order_.select(1, 1).copy_(data_->train.labels.take(indices));
}

std::vector<std::vector<float>> TorchPack::TrainEpoch(const std::vector<StepRates>& rates,
                                                      const Tick& tick) {
  return TrainSteps(rates, tick);
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

/// The number of images of each member's batch at this step.
int64_t TorchPack::RowsOf(int64_t step) const {
  return std::min(batch_size_, data_->source->train.count - step * batch_size_);
}

/// Returns each member's losses at every step of the epoch.
std::vector<std::vector<float>> TorchPack::Losses() const {
  const auto table = ToVector<float>(losses_);
  std::vector<std::vector<float>> losses(Size());
  for (int64_t step = 0; step < steps_per_epoch_; ++step) {
    const float* batch = table.data() + step * losses_.size(1);
    for (std::vector<float>& member : losses) {
      member.push_back(MeanLoss(batch, RowsOf(step)));
      batch += RowsOf(step);
    }
  }
  return losses;
}

/// Calls the tick with the next member's progress: the members take turns.
void TorchPack::Report(int64_t step, const Tick& tick) {
  const auto losses = ToVector<float>(losses_.select(0, step));
  const size_t member = (progress_.member + 1) % Size();
  const int64_t rows = RowsOf(step);
  const float loss = MeanLoss(losses.data() + static_cast<int64_t>(member) * rows, rows);
  progress_ = {.steps_done = step + 1, .loss = loss, .member = member};
  CallTick(tick, progress_);
}

std::vector<std::vector<float>> TorchPack::TrainSteps(const std::vector<StepRates>& rates,
                                                      const Tick& tick) {
  if (rates.size() != Size()) throw std::invalid_argument("expected one schedule per member");
  for (const StepRates& member : rates) CheckRates(member, steps_per_epoch_);
  const ComputeScope scope(device_);
  if (optimizer_->PlanEpoch(rates, steps_per_epoch_)) repeated_step_.Forget();
  DrawOrder();
  step_.zero_();
  WorkInFlight in_flight;
  TickClock clock;
  for (int64_t step = 0; step < steps_per_epoch_; ++step) {
    const int64_t rows = RowsOf(step);
    repeated_step_.Run(rows, [&] { Step(rows); });
    if (!in_flight.Add()) continue;
    device_.Wait();
    in_flight.Finish();
    if (clock.IsDue()) Report(step, tick);
  }
  std::vector<std::vector<float>> losses = Losses();
  progress_.steps_done = steps_per_epoch_;
  progress_.loss = losses[progress_.member].back();
  return losses;
}

std::vector<Evaluation> TorchPack::Evaluate(const Tick& tick) { return EvaluateChunks(tick); }

std::vector<Evaluation> TorchPack::EvaluateChunks(const Tick& tick) {
  const ComputeScope scope(device_);
  const DeviceDataset::Set& test = data_->test;
  const int64_t members = model_.Members();
  const int64_t count = test.labels.size(0);
  const int64_t chunk = EvaluationRows(model_.Parameters().size(1));
  const at::Tensor loss = at::zeros({members}, test.labels.options().dtype(at::kDouble));
  const at::Tensor correct = at::zeros({members}, test.labels.options());
  WorkInFlight in_flight;
  TickClock clock;
  for (int64_t first = 0; first < count; first += chunk) {
    const int64_t rows = std::min(chunk, count - first);
    const at::Tensor labels = test.labels.narrow(0, first, rows).expand({members, rows});
    const at::Tensor log_probabilities =
        model_.LogProbabilities(test.images.narrow(0, first, rows));
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
  for (size_t i = 0; i < losses.size(); ++i) {
    evaluations.push_back(
        {.loss = losses[i] / images, .accuracy = static_cast<double>(hits[i]) / images});
  }
  return evaluations;
}

void TorchPack::Keep(const std::vector<size_t>& members) {
  const ComputeScope scope(device_);
  const std::vector<int64_t> numbers(members.begin(), members.end());
  const at::Tensor indices =
      View(numbers, {static_cast<int64_t>(numbers.size())}).to(device_.Device());
  model_.Keep(indices);
  optimizer_->Keep(members, indices);
  std::vector<at::Generator> kept;
  kept.reserve(members.size());
  for (const size_t member : members) kept.push_back(generators_.at(member));
  generators_ = std::move(kept);
  progress_ = {};
  Arrange();
}

TrainingState TorchPack::State(size_t member) const {
  const ComputeScope scope(device_);
  TrainingState state;
  state.parameters = ToVector<float>(model_.Parameters()[static_cast<int64_t>(member)]);
  state.random = ToVector<uint8_t>(generators_.at(member).get_state());
  optimizer_->Save(member, state);
  return state;
}

void TorchPack::Restore(size_t member, const TrainingState& state) {
  const ComputeScope scope(device_);
  at::Tensor parameters = model_.Parameters()[static_cast<int64_t>(member)];
  const auto size = static_cast<size_t>(parameters.numel());
  const auto fits = [size](const std::vector<float>& values) {
    return values.empty() || values.size() == size;
  };
  if (state.parameters.size() != size || !fits(state.momentum) || !fits(state.second_moment)) {
    throw std::invalid_argument("the saved state does not fit this model, which has " +
                                std::to_string(size) + " parameters");
  }
  at::Generator& generator = generators_.at(member);
  if (state.random.size() != static_cast<size_t>(generator.get_state().numel())) {
    throw std::invalid_argument("the saved state's random generator is not LibTorch's");
  }
  generator.set_state(View(state.random, {static_cast<int64_t>(state.random.size())}).clone());
  parameters.copy_(View(state.parameters, parameters.sizes()));
  optimizer_->Restore(member, state);
}

}  // namespace lrsweep
