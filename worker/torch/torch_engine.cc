// The LibTorch engine: sets up the process and the device, and is made by the library's exported
// function.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "worker/torch/compute_target.h"
#include "worker/torch/cuda.h"
#include "worker/torch/device_choice.h"
#include "worker/torch/device_health.h"
#include "worker/torch/find_function.h"
#include "worker/torch/pack.h"
#include "worker/torch/plain_errors.h"
#include "worker/torch/torch_loader.h"
#include "worker/training_checks.h"

namespace lrsweep {
namespace {

/// Limits LibTorch, OpenMP and OpenBLAS to one thread. OpenBLAS ignores LibTorch's thread count and
/// takes its own from the affinity mask, so results would depend on how a launcher binds its
/// processes. OpenBLAS builds that use OpenMP follow OpenMP's count, which is set per thread.
void ComputeOnOneThread() {
  static const bool once = [] {
    at::set_num_interop_threads(1);  // may be called once
    return true;
  }();
  static_cast<void>(once);
  at::set_num_threads(1);
  if (auto* set_openmp = FindFunction<void(int)>("omp_set_num_threads")) set_openmp(1);
  if (auto* set_openblas = FindFunction<void(int)>("openblas_set_num_threads")) set_openblas(1);
}

/// A pack that throws ExecutorUnusable when the device fails in one of its functions.
class WatchedPack : public PackTraining {
 public:
  WatchedPack(std::unique_ptr<PackTraining> pack, DeviceHealth& health)
      : pack_(std::move(pack)), health_(health) {}

  std::vector<std::vector<float>> TrainEpoch(const std::vector<StepRates>& rates,
                                             const Tick& tick) override {
    return Watch([&] { return pack_->TrainEpoch(rates, tick); });
  }
  std::vector<Evaluation> Evaluate(Split split, const Tick& tick) override {
    return Watch([&] { return pack_->Evaluate(split, tick); });
  }
  void Keep(const std::vector<size_t>& members) override {
    Watch([&] { pack_->Keep(members); });
  }
  TrainingState State(size_t member) const override {
    return Watch([&] { return pack_->State(member); });
  }
  void Restore(size_t member, const TrainingState& state) override {
    Watch([&] { pack_->Restore(member, state); });
  }

 private:
  template <typename Action>
  auto Watch(const Action& action) const -> decltype(action()) {
    return health_.Run([&] { return WithPlainErrors(action); });
  }

  std::unique_ptr<PackTraining> pack_;
  DeviceHealth& health_;
};

/// A training that is a pack of one.
class PackOfOne : public Training {
 public:
  explicit PackOfOne(std::unique_ptr<PackTraining> pack) : pack_(std::move(pack)) {}

  std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) override {
    return pack_->TrainEpoch({rates}, tick).front();
  }
  Evaluation Evaluate(Split split, const Tick& tick) override {
    return pack_->Evaluate(split, tick).front();
  }
  TrainingState State() const override { return pack_->State(0); }
  void Restore(const TrainingState& state) override { pack_->Restore(0, state); }

 private:
  std::unique_ptr<PackTraining> pack_;
};

class TorchEngine : public Engine {
 public:
  /// Throws c10::Error if the device cannot be used.
  TorchEngine(const std::string& device, bool uses_graphs)
      : device_(at::Device(device), uses_graphs), health_(device, [this] { device_.Probe(); }) {}

  std::string Name() const override { return "torch"; }
  std::string Device() const override { return device_.Device().str(); }
  std::string CpuTarget() const override {
    return WithPlainErrors([&] { return ComputeTarget(device_, fixed_size_); });
  }
  std::string DeviceId() const override {
    if (!device_.IsCuda()) return "";
    return WithPlainErrors([&] { return CudaDeviceId(device_.Device().index()); });
  }

  /// On CUDA a single small network leaves most of the device idle: a step takes some 30 kernels of
  /// 1 to 2 us each, for any number of networks. Beside its weights and momentum, a network of
  /// 784-128-10 with batches of 64 touches its gradient and its batch in every step, together about
  /// 1.5 MB: some 30 of them fit into the 50 MB cache of an H100, fewer where its two halves hold
  /// the same data. (From data sheets, not measured.)
  size_t PackSize() const override {
    if (fixed_size_ != 0) return fixed_size_;
    return device_.IsCuda() ? 64 : 1;
  }
  void FixPackSize(size_t size) override { fixed_size_ = size; }

  std::unique_ptr<Training> Start(const TrainConfig& config,
                                  std::shared_ptr<const Dataset> dataset) override {
    return std::make_unique<PackOfOne>(StartPack({config}, dataset));
  }

  std::unique_ptr<PackTraining> StartPack(const std::vector<TrainConfig>& configs,
                                          const std::shared_ptr<const Dataset>& dataset) override {
    return health_.Run([&] {
      return WithPlainErrors(
          [&] { return std::make_unique<WatchedPack>(MakePack(configs, dataset), health_); });
    });
  }

 private:
  std::unique_ptr<PackTraining> MakePack(const std::vector<TrainConfig>& configs,
                                         const std::shared_ptr<const Dataset>& dataset) {
    CheckPack(configs);
    ComputeOnOneThread();
    const ComputeScope scope(device_);
    if (FormOf(*dataset) == ImagesAs::kFloats) {
      try {
        return MakePack(configs, dataset, ImagesAs::kFloats);
      } catch (const c10::OutOfMemoryError&) {  // others may use the device, too
        has_room_for_floats_ = false;
        data_ = nullptr;
      }
    }
    return MakePack(configs, dataset, ImagesAs::kBytes);
  }

  std::unique_ptr<PackTraining> MakePack(const std::vector<TrainConfig>& configs,
                                         const std::shared_ptr<const Dataset>& dataset,
                                         ImagesAs form) {
    if (data_ == nullptr || data_->source != dataset) {
      data_ = nullptr;  // frees the device's memory before the next set needs it
      data_ = ToDevice(dataset, device_.Device(), form);
    }
    return std::make_unique<TorchPack>(configs, data_, device_, Options());
  }

  /// Floats save work in every step, and give the same bits. They take four times the memory of
  /// bytes, which a large data set may not find on the device.
  ImagesAs FormOf(const Dataset& dataset) const {
    constexpr size_t kMostBytes = size_t{1} << 30;  // as floats: 4 GiB
    const size_t bytes =
        dataset.train.images.size() + dataset.validation.images.size() + dataset.test.images.size();
    const bool fits = device_.IsCuda() && has_room_for_floats_ && bytes <= kMostBytes;
    return fits ? ImagesAs::kFloats : ImagesAs::kBytes;
  }

  PackOptions Options() const {
    return {.width = fixed_size_,
            .momentum = device_.IsCuda() ? MomentumForm::kOnePass : MomentumForm::kPyTorch};
  }

  ComputeDevice device_;
  DeviceHealth health_;
  size_t fixed_size_ = 0;                      // 0: every pack has its own
  bool has_room_for_floats_ = true;            // of the images
  std::shared_ptr<const DeviceDataset> data_;  // of the last pack
};

Engine* MakeEngine(int worker_index) {
  ComputeOnOneThread();
  at::globalContext().setFloat32MatmulPrecision("highest");  // no TF32
  const int devices =
      CountDevices(HasUsableGpu(), [] { return WithPlainErrors(CountCudaDevices); });
  return new TorchEngine(ChooseDevice(worker_index, devices),
                         UsesCudaGraphs(std::getenv("LRSWEEP_CUDA_GRAPHS")));
}

}  // namespace
}  // namespace lrsweep

extern "C" __attribute__((visibility("default"))) lrsweep::Engine* lrsweep_make_torch_engine(
    int worker_index) {
  return lrsweep::WithPlainErrors([&] { return lrsweep::MakeEngine(worker_index); });
}
