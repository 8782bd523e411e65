// SHA-256 by OpenSSL's libcrypto.
#include <openssl/evp.h>

#include <stdexcept>

#include "data/sha256.h"

namespace lrsweep {

struct Sha256::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

namespace {

void Require(int ok) {
  if (ok != 1) throw std::runtime_error("libcrypto cannot compute SHA-256");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  // Fetched once, because the lookup takes longer than a short hash.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Require(EVP_DigestInit_ex(context_->md, kSha256, nullptr));
}

Sha256::~Sha256() = default;

Sha256& Sha256::Add(const void* bytes, size_t size) {
  Require(EVP_DigestUpdate(context_->md, bytes, size));
  return *this;
}

std::array<unsigned char, 32> Sha256::Digest() {
  std::array<unsigned char, 32> digest{};
  Require(EVP_DigestFinal_ex(context_->md, digest.data(), nullptr));
  return digest;
}

std::string Sha256::Base64() {
  const auto digest = Digest();
  std::array<unsigned char, 45> text{};  // 4 characters for every 3 bytes, and a zero
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {text.begin(), text.end() - 1};
}

}  // namespace lrsweep
