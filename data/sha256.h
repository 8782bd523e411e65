// SHA-256, by libcrypto.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace lrsweep {

/// Hashes bytes in pieces. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& Add(const void* bytes, size_t size);
  /// 64 lower-case hex digits of all that was added; nothing may be added afterwards.
  std::string Hex();
  /// The same as base64, with its padding.
  std::string Base64();

 private:
  std::array<unsigned char, 32> Digest();

  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(std::string_view text);
std::string Sha256Base64(std::string_view text);

}  // namespace lrsweep
