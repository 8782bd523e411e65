#include "worker/torch/repeated_work.h"

#include <string>
#include <utility>

#include "trial/executor.h"

namespace lrsweep {
namespace {

std::unique_ptr<Graph> Capture(const CaptureGraph& capture, const std::function<void()>& work) {
  try {
    return capture(work);
  } catch (const std::exception& error) {
    throw ExecutorUnusable(
        "a step could not be captured as a CUDA graph (LRSWEEP_CUDA_GRAPHS=off "
        "trains without graphs): " +
        std::string(error.what()));
  }
}

}  // namespace

RepeatedWork::RepeatedWork(CaptureGraph capture) : capture_(std::move(capture)) {}

void RepeatedWork::Run(int64_t key, const std::function<void()>& work) {
  if (!capture_) return work();
  const auto found = graphs_.find(key);
  if (found == graphs_.end()) {
    work();
    graphs_.emplace(key, nullptr);
    return;
  }
  if (found->second == nullptr) found->second = Capture(capture_, work);
  found->second->Replay();
}

void RepeatedWork::Forget() { graphs_.clear(); }

}  // namespace lrsweep
