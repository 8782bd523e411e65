#include "worker/torch/compute_device.h"

#include <c10/core/impl/VirtualGuardImpl.h>

namespace lrsweep {

ComputeDevice::ComputeDevice(at::Device device) : device_(device) {
  if (!IsCuda()) return;
  const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
  stream_ = cuda.getStreamFromGlobalPool(device_);
}

void ComputeDevice::Wait() const {
  if (stream_) stream_->synchronize();
}

}  // namespace lrsweep
