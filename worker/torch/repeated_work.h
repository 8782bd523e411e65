// Work on a device that is repeated step after step, on CUDA as a replayed graph.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace lrsweep {

/// Operations on a device that were captured and can be replayed any number of times.
class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  virtual ~Graph() = default;

  virtual void Replay() = 0;
};

/// Captures the operations of `work` without executing them. Throws std::exception if that fails.
using CaptureGraph = std::function<std::unique_ptr<Graph>(const std::function<void()>& work)>;

/// Runs work that repeats the same operations on the same memory. With graphs, the first run is a
/// normal one, in which the libraries allocate what they need; the second run is captured as a
/// graph; that graph is replayed from then on. A graph fixes every operation, address and host-side
/// number, so the work must take whatever changes from the device's memory.
class RepeatedWork {
 public:
  /// Without `capture`, every run is a normal one.
  explicit RepeatedWork(CaptureGraph capture);

  /// Runs `work`, of which there is one for each `key`. Call it within a ComputeScope. Throws what
  /// the work throws, and ExecutorUnusable if a capture fails: part of the failed capture remains
  /// in LibTorch's allocator and in the stream, where it would spoil what comes after.
  void Run(int64_t key, const std::function<void()>& work);

  /// Drops all graphs. Call it when the operations or the memory of any work change.
  void Forget();

 private:
  CaptureGraph capture_;
  std::map<int64_t, std::unique_ptr<Graph>> graphs_;  // null: ran once, not captured yet
};

}  // namespace lrsweep
