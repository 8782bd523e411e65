#include "worker/cpu/cpu_engine.h"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "data/huge_pages.h"
#include "worker/cpu/mlp.h"
#include "worker/cpu/optimizer.h"
#include "worker/cpu/random.h"
#include "worker/training_checks.h"

namespace lrsweep {
namespace {

/// Images per pass of an evaluation.
constexpr size_t kEvaluationRows = 64;
/// An upper bound of what std::pmr's pool adds to each request to its upstream. Without subtracting
/// it, the first request would take a second huge page.
constexpr size_t kPoolHeader = 4096;

/// The number of samples of the largest batch or evaluation pass.
size_t Capacity(const TrainConfig& config, const Dataset& dataset) {
  const auto largest = static_cast<size_t>(std::min(config.batch_size, dataset.train.count));
  return std::max(largest, kEvaluationRows);
}

class CpuTraining : public Training {
 public:
  CpuTraining(const CpuKernels& kernels, const TrainConfig& config,
              std::shared_ptr<const Dataset> dataset)
      : kernels_(kernels),
        batch_size_(config.batch_size),
        steps_per_epoch_(config.StepsPerEpoch(dataset->train.count)),
        optimizer_(config),
        dataset_(std::move(dataset)),
        random_(config.seed),
        mlp_(kernels, LayerWidths(config, *dataset_), Capacity(config, *dataset_),
             optimizer_.IsAdam(), random_, memory_),
        batches_{NewBatch(config), NewBatch(config)} {}

  std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) override;
  Evaluation Evaluate(Split split, const Tick& tick) override;
  TrainingState State() const override;
  void Restore(const TrainingState& state) override;

 private:
  CpuBatch NewBatch(const TrainConfig& config) {
    return {Capacity(config, *dataset_), static_cast<size_t>(dataset_->train.pixels), memory_};
  }

  void CheckState(const TrainingState& state) const;

  /// Gathers the batch of this step of the epoch; returns null after the last step.
  const CpuBatch* Gather(int64_t step, const std::vector<int64_t>& order);

  const CpuKernels& kernels_;
  int64_t batch_size_;
  int64_t steps_per_epoch_;
  CpuOptimizer optimizer_;
  std::shared_ptr<const Dataset> dataset_;
  TorchRandom random_;
  // Everything that a step touches should stay in the second-level cache. A huge page is contiguous
  // in physical memory, so it does; 4 KiB pages may collide in some of the cache's sets.
  HugePageResource pages_;
  std::pmr::monotonic_buffer_resource memory_{kHugePage - kPoolHeader, &pages_};
  CpuMlp mlp_;
  std::array<CpuBatch, 2> batches_;
  StepProgress progress_;
};

const CpuBatch* CpuTraining::Gather(int64_t step, const std::vector<int64_t>& order) {
  if (step == steps_per_epoch_) return nullptr;
  const ImageSet& train = dataset_->train;
  const int64_t first = step * batch_size_;
  const auto samples = static_cast<size_t>(std::min(batch_size_, train.count - first));
  CpuBatch& batch = batches_[static_cast<size_t>(step % 2)];
  batch.Gather(kernels_, train.images.data(), train.labels.data(), order.data() + first, samples,
               /*training=*/true);
  const int64_t after = std::min(batch_size_, train.count - first - static_cast<int64_t>(samples));
  batch.SetPrefetch(train.images.data(), order.data() + first + samples,
                    static_cast<size_t>(after));
  return &batch;
}

std::vector<float> CpuTraining::TrainEpoch(const StepRates& rates, const Tick& tick) {
  CheckRates(rates, steps_per_epoch_);
  const std::vector<int64_t> order = DrawEpochOrder(random_, dataset_->train.count);
  std::vector<float> losses;
  losses.reserve(static_cast<size_t>(steps_per_epoch_));
  TickClock clock;
  const CpuBatch* now = Gather(0, order);
  mlp_.Begin(*now);
  for (int64_t step = 0; step < steps_per_epoch_; ++step) {
    const CpuBatch* next = Gather(step + 1, order);
    const auto index = static_cast<size_t>(step);
    const UpdateRule rule = optimizer_.Advance(rates.LrAt(index), rates.MomentumAt(index));
    const BatchResult result = mlp_.Step(rule, *now, next);
    const size_t samples = now->Images().samples;
    const double sum = std::accumulate(result.losses, result.losses + samples, 0.0);
    losses.push_back(static_cast<float>(sum / static_cast<double>(samples)));
    progress_ = {.steps_done = step + 1, .loss = losses.back()};
    if (clock.IsDue()) CallTick(tick, progress_);
    now = next;
  }
  return losses;
}

Evaluation CpuTraining::Evaluate(Split split, const Tick& tick) {
  const ImageSet& set = ImagesOf(split, *dataset_);
  const auto count = static_cast<size_t>(set.count);
  std::array<int64_t, kEvaluationRows> order;
  double loss = 0;
  int64_t correct = 0;
  TickClock clock;
  for (size_t first = 0; first < count; first += kEvaluationRows) {
    const size_t samples = std::min(kEvaluationRows, count - first);
    std::iota(order.begin(), order.end(), static_cast<int64_t>(first));
    batches_[0].Gather(kernels_, set.images.data(), set.labels.data(), order.data(), samples,
                       /*training=*/false);
    const BatchResult result = mlp_.Evaluate(batches_[0]);
    loss = std::accumulate(result.losses, result.losses + samples, loss);
    for (size_t s = 0; s < samples; ++s) {
      correct += result.predicted[s] == batches_[0].Labels()[s] ? 1 : 0;
    }
    if (clock.IsDue()) CallTick(tick, progress_);
  }
  const auto images = static_cast<double>(count);
  return {.loss = loss / images, .accuracy = static_cast<double>(correct) / images};
}

TrainingState CpuTraining::State() const {
  TrainingState state;
  state.parameters = mlp_.Get(CpuMlp::Part::kParameters);
  state.steps = optimizer_.Steps();
  state.random = random_.Save();
  if (!optimizer_.HasBuffers()) return state;
  state.momentum = mlp_.Get(CpuMlp::Part::kBuffers);
  if (optimizer_.IsAdam()) state.second_moment = mlp_.Get(CpuMlp::Part::kSquares);
  return state;
}

void CpuTraining::CheckState(const TrainingState& state) const {
  const size_t size = mlp_.ParameterCount();
  if (state.parameters.size() != size ||
      (!state.momentum.empty() && state.momentum.size() != size)) {
    throw std::invalid_argument("the saved state does not fit this model, which has " +
                                std::to_string(size) + " parameters");
  }
  if (state.second_moment.size() != (optimizer_.IsAdam() ? state.momentum.size() : 0) ||
      state.steps < 0) {
    throw std::invalid_argument("the saved state does not fit this optimizer");
  }
}

void CpuTraining::Restore(const TrainingState& state) {
  CheckState(state);
  random_.Load(state.random);
  optimizer_.Restore(state.steps, !state.momentum.empty());
  mlp_.Set(CpuMlp::Part::kParameters, state.parameters);
  const std::vector<float> none(mlp_.ParameterCount());
  mlp_.Set(CpuMlp::Part::kBuffers, state.momentum.empty() ? none : state.momentum);
  if (!optimizer_.IsAdam()) return;
  mlp_.Set(CpuMlp::Part::kSquares, state.second_moment.empty() ? none : state.second_moment);
}

class CpuEngine : public Engine {
 public:
  explicit CpuEngine(const CpuKernels& kernels) : kernels_(kernels) {}

  std::string Name() const override { return "cpu"; }
  std::string Device() const override { return "cpu"; }
  std::string CpuTarget() const override { return kernels_.target; }

  std::unique_ptr<Training> Start(const TrainConfig& config,
                                  std::shared_ptr<const Dataset> dataset) override {
    CheckDataset(*dataset);
    return std::make_unique<CpuTraining>(kernels_, config, std::move(dataset));
  }

 private:
  const CpuKernels& kernels_;
};

}  // namespace

std::vector<std::string> CpuEngineTargets() {
  std::vector<std::string> names;
  for (const CpuKernels* kernels : SupportedCpuKernels()) names.emplace_back(kernels->target);
  return names;
}

std::unique_ptr<Engine> MakeCpuEngine() {
  const auto supported = SupportedCpuKernels();
  if (supported.empty()) {
    throw std::runtime_error(
        "the cpu engine needs a CPU with AVX2 and FMA (or NEON), which this one lacks: use the "
        "torch engine (--engine torch)");
  }
  return std::make_unique<CpuEngine>(*supported.front());
}

std::unique_ptr<Engine> MakeCpuEngine(const std::string& target) {
  for (const CpuKernels* kernels : SupportedCpuKernels()) {
    if (kernels->target == target) return std::make_unique<CpuEngine>(*kernels);
  }
  throw std::runtime_error("the cpu engine cannot use " + target +
                           ": this build or this CPU does not have it");
}

}  // namespace lrsweep
