// Work on a device that is repeated step after step, on CUDA as a replayed graph.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "worker/torch/compute_device.h"

namespace lrsweep {

/// Runs work that repeats the same operations on the same memory. On CUDA the first run is a normal
/// one, in which the libraries allocate what they need; the second run is captured as a CUDA graph;
/// that graph is replayed from then on. A graph fixes every operation, address and host-side
/// number, so the work must take whatever changes from the device's memory. On the CPU every run is
/// a normal one.
class RepeatedWork {
 public:
  explicit RepeatedWork(const ComputeDevice& device);
  ~RepeatedWork();

  /// Runs `work`, of which there is one for each `key`. Call it within a ComputeScope.
  void Run(int64_t key, const std::function<void()>& work);

  /// Drops all graphs. Call it when the operations or the memory of any work change.
  void Forget();

 private:
  class Graph;

  bool captures_;
  std::map<int64_t, std::unique_ptr<Graph>> graphs_;  // null: ran once, not captured yet
};

}  // namespace lrsweep
