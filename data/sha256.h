// Computes SHA-256, with libcrypto or Mbed TLS: data/CMakeLists.txt chooses.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace lrsweep {

/// Hashes bytes piece by piece. Throws std::runtime_error if the library fails. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& Add(const void* bytes, size_t size);
  /// Finish and return the hash of all added bytes, as 64 lower-case hex digits or as base64 with
  /// padding. Call one of them, once, as the last function.
  std::string Hex();
  std::string Base64();

 private:
  std::array<unsigned char, 32> Digest();

  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(std::string_view text);
std::string Sha256Base64(std::string_view text);

}  // namespace lrsweep
