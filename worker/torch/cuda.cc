#include "worker/torch/cuda.h"

#include <stdexcept>

#ifdef LRSWEEP_TORCH_HAS_CUDA

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>

#include "worker/torch/find_function.h"
#include "worker/torch/plain_errors.h"

namespace lrsweep {
namespace {

class CudaGraph : public Graph {
 public:
  /// "Thread local": a CUDA call of another thread does not break the capture. (Needs
  /// LibTorch 2.1.)
  void Capture(const std::function<void()>& work) {
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    work();
    graph_.capture_end();
  }

  /// Ends the stream's capture, which the destructor of LibTorch's graph does not.
  void EndFailedCapture() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {  // says that the capture failed, or that it had not begun
    }
  }

  void Replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

/// cuBLAS's version, such as "13.1.0". Found at run time, so that this library needs no other
/// cuBLAS than LibTorch's own.
std::string CublasVersion() {
  auto* property = FindFunction<int(int, int*)>("cublasGetProperty");
  if (property == nullptr) return "unknown";
  std::string version;
  for (const int part : {0, 1, 2}) {  // major, minor, patch: libraryPropertyType
    int value = 0;
    if (property(part, &value) != 0) return "unknown";
    version += (part == 0 ? "" : ".") + std::to_string(value);
  }
  return version;
}

cudaDeviceProp PropertiesOf(int index) {
  cudaDeviceProp device{};
  C10_CUDA_CHECK(cudaGetDeviceProperties(&device, index));
  return device;
}

}  // namespace

int CountCudaDevices() { return c10::cuda::device_count_ensure_non_zero(); }

std::string DescribeCudaDevice(int index) {
  const cudaDeviceProp device = PropertiesOf(index);
  return std::string(device.name) + ", compute capability " + std::to_string(device.major) + "." +
         std::to_string(device.minor) + ", " + std::to_string(device.multiProcessorCount) +
         " SMs, cuBLAS " + CublasVersion();
}

std::string CudaDeviceId(int index) {
  const cudaDeviceProp device = PropertiesOf(index);
  std::string id;
  for (const char byte : device.uuid.bytes) {
    const auto value = static_cast<unsigned char>(byte);
    for (const int digit : {value / 16, value % 16}) id += "0123456789abcdef"[digit];
  }
  return id;
}

std::unique_ptr<Graph> CaptureCudaGraph(const std::function<void()>& work) {
  auto graph = std::make_unique<CudaGraph>();
  try {
    WithPlainErrors([&] { graph->Capture(work); });
  } catch (...) {
    // Not destroyed: LibTorch's allocator may go on to ask it where to allocate.
    graph.release()->EndFailedCapture();
    throw;
  }
  return graph;
}

}  // namespace lrsweep

#else

namespace lrsweep {

int CountCudaDevices() { return 0; }

std::string DescribeCudaDevice(int /*index*/) {
  throw std::logic_error("this LibTorch has no CUDA");
}

std::string CudaDeviceId(int /*index*/) { throw std::logic_error("this LibTorch has no CUDA"); }

std::unique_ptr<Graph> CaptureCudaGraph(const std::function<void()>& /*work*/) {
  throw std::logic_error("this LibTorch has no CUDA");
}

}  // namespace lrsweep

#endif
