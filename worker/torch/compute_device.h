// The device and the stream on which the LibTorch engine computes.
#pragma once

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>

#include <optional>

namespace lrsweep {

/// A device, and on CUDA a stream of its own: CUDA cannot capture work of the default stream into a
/// graph (repeated_work.h).
class ComputeDevice {
 public:
  explicit ComputeDevice(at::Device device);

  at::Device Device() const { return device_; }
  bool IsCuda() const { return device_.is_cuda(); }
  const std::optional<c10::Stream>& Stream() const { return stream_; }

  /// Returns when the stream has finished all work given to it; at once on the CPU.
  void Wait() const;

 private:
  at::Device device_;
  std::optional<c10::Stream> stream_;
};

/// While it lives, the calling thread computes on the device's stream, without autograd.
class ComputeScope {
 public:
  explicit ComputeScope(const ComputeDevice& device) {
    if (device.Stream()) stream_.reset_stream(*device.Stream());
  }

 private:
  c10::InferenceMode inference_;
  c10::OptionalStreamGuard stream_;
};

}  // namespace lrsweep
