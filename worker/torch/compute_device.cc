#include "worker/torch/compute_device.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#ifdef LRSWEEP_TORCH_HAS_CUDA
#include <ATen/cuda/CUDAGraph.h>
#endif

namespace lrsweep {

ComputeDevice::ComputeDevice(at::Device device) : device_(device) {
  if (!IsCuda()) return;
  const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
  stream_ = cuda.getStreamFromGlobalPool(device_);
}

void ComputeDevice::Wait() const {
  if (stream_) stream_->synchronize();
}

#ifdef LRSWEEP_TORCH_HAS_CUDA

class RepeatedWork::Graph {
 public:
  explicit Graph(const std::function<void()>& work) {
    graph_.capture_begin();
    work();
    graph_.capture_end();
  }

  void Replay() { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

#else

class RepeatedWork::Graph {
 public:
  explicit Graph(const std::function<void()>& /*work*/) {}
  void Replay() {}
};

#endif

RepeatedWork::RepeatedWork(const ComputeDevice& device) : captures_(device.IsCuda()) {}

RepeatedWork::~RepeatedWork() = default;

void RepeatedWork::Do(int64_t key, const std::function<void()>& work) {
  if (!captures_) return work();
  const auto [found, is_new] = graphs_.try_emplace(key);
  if (is_new) return work();
  if (found->second == nullptr) found->second = std::make_unique<Graph>(work);
  found->second->Replay();
}

void RepeatedWork::Forget() { graphs_.clear(); }

}  // namespace lrsweep
