// The device and the stream on which the LibTorch engine computes.
#pragma once

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>

#include <optional>

#include "worker/torch/repeated_work.h"

namespace lrsweep {

/// A device, and on CUDA a stream of its own: CUDA cannot capture work of the default stream into a
/// graph (repeated_work.h).
class ComputeDevice {
 public:
  /// `uses_graphs`: whether repeated work is replayed as a graph where the device can, on CUDA.
  /// Throws c10::Error if the device cannot be used.
  ComputeDevice(at::Device device, bool uses_graphs);

  at::Device Device() const { return device_; }
  bool IsCuda() const { return device_.is_cuda(); }
  const std::optional<c10::Stream>& Stream() const { return stream_; }

  /// Captures work as a graph of this device; empty if it uses none.
  CaptureGraph GraphCapture() const;

  /// Returns when the stream has finished all work given to it; at once on the CPU.
  void Wait() const;

  /// Computes a product and waits for it. Throws c10::Error if the device cannot compute. Needs no
  /// more memory than the constructor has allocated.
  void Probe();

 private:
  at::Device device_;
  bool uses_graphs_;
  std::optional<c10::Stream> stream_;
  at::Tensor factor_, product_;  // of the probe: [1, 1, 1]
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
