// Immutable bytes with shared ownership.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace lrsweep {

/// A handle on immutable bytes. A copy shares their memory, which is freed with the last handle.
/// Safe to read from several threads.
class SharedBytes {
 public:
  using value_type = uint8_t;
  using const_iterator = const uint8_t*;
  using iterator = const_iterator;

  SharedBytes() = default;
  // Implicit: the same bytes, only held differently.
  template <typename Allocator>
  SharedBytes(std::vector<uint8_t, Allocator> bytes)  // NOLINT(google-explicit-constructor)
      : SharedBytes(std::make_shared<const std::vector<uint8_t, Allocator>>(std::move(bytes))) {}
  SharedBytes(std::initializer_list<uint8_t> bytes) : SharedBytes(std::vector<uint8_t>(bytes)) {}
  /// Refers to `size` bytes at `data`, which must stay valid and unchanged as long as `owner`
  /// lives.
  SharedBytes(std::shared_ptr<const void> owner, const uint8_t* data, size_t size)
      : owner_(std::move(owner)), data_(data), size_(size) {}

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  const_iterator begin() const { return data_; }
  const_iterator end() const { return data_ + size_; }
  uint8_t operator[](size_t index) const { return data_[index]; }

  /// Returns the bytes `first` to `first + count - 1`, which must exist, in the same memory.
  SharedBytes Slice(size_t first, size_t count) const { return {owner_, data_ + first, count}; }

 private:
  template <typename Allocator>
  explicit SharedBytes(const std::shared_ptr<const std::vector<uint8_t, Allocator>>& bytes)
      : owner_(bytes), data_(bytes->data()), size_(bytes->size()) {}

  std::shared_ptr<const void> owner_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace lrsweep
