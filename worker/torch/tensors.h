// Vectors to tensors and back.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace lrsweep {

/// A tensor over memory that is only read, for as long as it lives; from_blob has no const form.
/// `Container`: a vector, or SharedBytes.
template <typename Container>
at::Tensor View(const Container& values, at::IntArrayRef shape) {
  using T = typename Container::value_type;
  return at::from_blob(const_cast<T*>(values.data()), shape, c10::CppTypeToScalarType<T>::value);
}

template <typename T>
std::vector<T> ToVector(const at::Tensor& tensor) {
  const at::Tensor local = tensor.to(at::kCPU).contiguous();
  const T* data = local.data_ptr<T>();
  return std::vector<T>(data, data + local.numel());
}

}  // namespace lrsweep
