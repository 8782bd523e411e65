#include "worker/torch/repeated_work.h"

#ifdef LRSWEEP_TORCH_HAS_CUDA
#include <ATen/cuda/CUDAGraph.h>
#endif

namespace lrsweep {

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

void RepeatedWork::Run(int64_t key, const std::function<void()>& work) {
  if (!captures_) return work();
  const auto [found, is_new] = graphs_.try_emplace(key);
  if (is_new) return work();
  if (found->second == nullptr) found->second = std::make_unique<Graph>(work);
  found->second->Replay();
}

void RepeatedWork::Forget() { graphs_.clear(); }

}  // namespace lrsweep
