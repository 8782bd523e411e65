// Vectors to tensors and back.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace lrsweep {

/// A tensor over memory that is only read, for as long as it lives; from_blob has no const form.
template <typename T>
at::Tensor View(const std::vector<T>& values, at::IntArrayRef shape) {
  return at::from_blob(const_cast<T*>(values.data()), shape, c10::CppTypeToScalarType<T>::value);
}

template <typename T>
std::vector<T> ToVector(const at::Tensor& tensor) {
  const at::Tensor local = tensor.to(at::kCPU).contiguous();
  const T* data = local.data_ptr<T>();
  return std::vector<T>(data, data + local.numel());
}

}  // namespace lrsweep
