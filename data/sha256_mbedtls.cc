// SHA-256 by Mbed TLS, where OpenSSL's development files are missing.
#include <mbedtls/base64.h>
#include <mbedtls/sha256.h>

#include <stdexcept>

#include "data/sha256.h"

namespace lrsweep {

struct Sha256::Context {
  mbedtls_sha256_context sha256;
  Context() { mbedtls_sha256_init(&sha256); }
  ~Context() { mbedtls_sha256_free(&sha256); }
};

namespace {

void Require(int error) {
  if (error != 0) throw std::runtime_error("Mbed TLS cannot compute SHA-256");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  Require(mbedtls_sha256_starts(&context_->sha256, /*is224=*/0));
}

Sha256::~Sha256() = default;

Sha256& Sha256::Add(const void* bytes, size_t size) {
  Require(mbedtls_sha256_update(&context_->sha256, static_cast<const unsigned char*>(bytes), size));
  return *this;
}

std::array<unsigned char, 32> Sha256::Digest() {
  std::array<unsigned char, 32> digest{};
  Require(mbedtls_sha256_finish(&context_->sha256, digest.data()));
  return digest;
}

std::string Sha256::Base64() {
  const auto digest = Digest();
  std::array<unsigned char, 45> text{};  // 4 characters for every 3 bytes, and a zero
  size_t size = 0;
  Require(mbedtls_base64_encode(text.data(), text.size(), &size, digest.data(), digest.size()));
  return {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace lrsweep
