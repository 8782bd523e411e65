// Where and how the LibTorch engine computes: a device, its stream, and the work that is repeated
// there step after step.
#pragma once

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace lrsweep {

/// A device, and on CUDA a stream of its own: CUDA captures no work of the default stream.
class ComputeDevice {
 public:
  explicit ComputeDevice(at::Device device);

  at::Device Device() const { return device_; }
  bool IsCuda() const { return device_.is_cuda(); }
  const std::optional<c10::Stream>& Stream() const { return stream_; }

  /// Returns when the stream has done what it was given; at once on the CPU.
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

/// Work on the device that is done again and again, with the same operations on the same memory
/// every time. On CUDA it is done as it is the first time, which makes the libraries allocate what
/// they need, then captured as a CUDA graph, and replayed from then on. Elsewhere it is just done.
class RepeatedWork {
 public:
  explicit RepeatedWork(const ComputeDevice& device);
  ~RepeatedWork();

  /// Does `work`, of which there is one for each `key`. Within a ComputeScope.
  void Do(int64_t key, const std::function<void()>& work);

  /// To be called when the works are no longer the same.
  void Forget();

 private:
  class Graph;

  bool captures_;
  std::map<int64_t, std::unique_ptr<Graph>> graphs_;  // null: done once
};

}  // namespace lrsweep
