#include "worker/torch/compute_device.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include "worker/torch/cuda.h"

namespace lrsweep {

ComputeDevice::ComputeDevice(at::Device device, bool uses_graphs)
    : device_(device), uses_graphs_(uses_graphs && device.is_cuda()) {
  if (IsCuda()) {
    const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
    stream_ = cuda.getStreamFromGlobalPool(device_);
  }
  const ComputeScope scope(*this);
  factor_ = at::ones({1, 1, 1}, device_);
  product_ = at::empty_like(factor_);
  Probe();
}

CaptureGraph ComputeDevice::GraphCapture() const {
  return uses_graphs_ ? CaptureGraph(CaptureCudaGraph) : CaptureGraph();
}

void ComputeDevice::Wait() const {
  if (stream_) stream_->synchronize();
}

void ComputeDevice::Probe() {
  const ComputeScope scope(*this);
  at::bmm_out(product_, factor_, factor_);
  Wait();
}

}  // namespace lrsweep
