// Converts vectors to tensors and back, and images to floats; selects the rows of stacked tensors.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace lrsweep {

/// Returns a tensor that refers to the memory of `values`, which must outlive it. Do not write to
/// it: from_blob has no const form. `Container` is a vector or SharedBytes.
template <typename Container>
at::Tensor View(const Container& values, at::IntArrayRef shape) {
  using T = typename Container::value_type;
  return at::from_blob(const_cast<T*>(values.data()), shape, c10::CppTypeToScalarType<T>::value);
}

/// Copies a tensor on any device, in row-major order. T is its element type.
template <typename T>
std::vector<T> ToVector(const at::Tensor& tensor) {
  const at::Tensor local = tensor.to(at::kCPU).contiguous();
  const T* data = local.data_ptr<T>();
  return std::vector<T>(data, data + local.numel());
}

/// Replaces the rows of `stacked` by its rows of these indices (int64, on its device): in place, at
/// the same address, where their number stays the same.
inline void SelectRows(at::Tensor& stacked, const at::Tensor& indices) {
  at::Tensor selected = stacked.index_select(0, indices);
  if (selected.sizes() == stacked.sizes()) {
    stacked.copy_(selected);
  } else {
    stacked = std::move(selected);
  }
}

/// Returns the pixels of images (uint8) as value / 255, as torchvision's ToTensor() computes them:
/// converted to float first, then divided. A divisor on the device makes a true division; CUDA
/// multiplies by the inverse of a divisor on the host.
inline at::Tensor AsFloats(const at::Tensor& images) {
  at::Tensor floats = images.to(at::kFloat);
  return floats.div_(at::full({1}, 255, floats.options()));
}

}  // namespace lrsweep
