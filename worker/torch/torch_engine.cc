// The LibTorch engine: sets up the process and the device, and is made by the library's exported
// function.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "worker/torch/device_choice.h"
#include "worker/torch/pack.h"
#include "worker/torch/torch_loader.h"
#include "worker/training_checks.h"

namespace lrsweep {
namespace {

/// Finds a function of a library that LibTorch may have loaded; nullptr if there is none.
template <typename Function>
Function* FindFunction(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

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

/// Returns the vector instructions that ATen's own loops use, such as "AVX2".
std::string CpuCapability() {
  const std::string config = at::show_config();
  const std::string label = "CPU capability usage: ";
  const size_t start = config.find(label);
  if (start == std::string::npos) return "unknown";
  const size_t end = config.find('\n', start);
  const size_t value = start + label.size();
  return config.substr(value, end == std::string::npos ? end : end - value);
}

std::string BlasName() {
  if (auto* core_name = FindFunction<char*()>("openblas_get_corename")) {
    return std::string("OpenBLAS ") + core_name();
  }
  return at::hasMKL() ? "MKL" : "other BLAS";
}

int VisibleCudaDevices() {
  if (!at::hasCUDA()) return 0;
  return c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount();
}

/// A training that is a pack of one.
class PackOfOne : public Training {
 public:
  explicit PackOfOne(std::unique_ptr<PackTraining> pack) : pack_(std::move(pack)) {}

  std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) override {
    return pack_->TrainEpoch({rates}, tick).front();
  }
  Evaluation Evaluate(const Tick& tick) override { return pack_->Evaluate(tick).front(); }
  TrainingState State() const override { return pack_->State(0); }
  void Restore(const TrainingState& state) override { pack_->Restore(0, state); }

 private:
  std::unique_ptr<PackTraining> pack_;
};

class TorchEngine : public Engine {
 public:
  explicit TorchEngine(const std::string& device) : device_(at::Device(device)) {
    at::globalContext().setFloat32MatmulPrecision("highest");  // no TF32
    const ComputeScope scope(device_);
    at::zeros({1}, device_.Device());  // throws now if the device is unusable
  }

  std::string Name() const override { return "torch"; }
  std::string Device() const override { return device_.Device().str(); }
  std::string CpuTarget() const override {
    return CpuCapability() + ", " + BlasName() + ", LibTorch " TORCH_VERSION;
  }

  /// On CUDA a single small network leaves most of the device idle: a step takes some 30 kernels of
  /// 1 to 2 us each, for any number of networks. The weights and momenta of about 60 networks of
  /// 784-128-10 fit into the cache of an H100. (From data sheets, not measured.)
  size_t PackSize() const override { return device_.IsCuda() ? 64 : 1; }

  std::unique_ptr<Training> Start(const TrainConfig& config,
                                  std::shared_ptr<const Dataset> dataset) override {
    return std::make_unique<PackOfOne>(StartPack({config}, dataset));
  }

  std::unique_ptr<PackTraining> StartPack(const std::vector<TrainConfig>& configs,
                                          const std::shared_ptr<const Dataset>& dataset) override {
    return WithPlainErrors([&] { return MakePack(configs, dataset); });
  }

 private:
  std::unique_ptr<PackTraining> MakePack(const std::vector<TrainConfig>& configs,
                                         const std::shared_ptr<const Dataset>& dataset) {
    CheckPack(configs);
    ComputeOnOneThread();
    const ComputeScope scope(device_);
    if (data_ == nullptr || data_->source != dataset) {
      data_ = nullptr;  // frees the device's memory before the next set needs it
      data_ = ToDevice(dataset, device_.Device());
    }
    return std::make_unique<TorchPack>(configs, data_, device_);
  }

  ComputeDevice device_;
  std::shared_ptr<const DeviceDataset> data_;  // of the last pack
};

}  // namespace
}  // namespace lrsweep

extern "C" __attribute__((visibility("default"))) lrsweep::Engine* lrsweep_make_torch_engine(
    int worker_index) {
  lrsweep::ComputeOnOneThread();
  const int devices = lrsweep::VisibleCudaDevices();
  return new lrsweep::TorchEngine(lrsweep::ChooseDevice(worker_index, devices, at::hasCUDA()));
}
