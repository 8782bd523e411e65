#include "data/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace lrsweep {

struct Sha256::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

namespace {

void Require(int ok) {
  if (ok != 1) throw std::runtime_error("libcrypto refuses SHA-256");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  // Fetched once: looking it up costs more than a short hash.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Require(EVP_DigestInit_ex(context_->md, kSha256, nullptr));
}

Sha256::~Sha256() = default;

Sha256& Sha256::Add(const void* bytes, size_t size) {
  Require(EVP_DigestUpdate(context_->md, bytes, size));
  return *this;
}

std::string Sha256::Hex() {
  std::array<unsigned char, 32> digest{};
  Require(EVP_DigestFinal_ex(context_->md, digest.data(), nullptr));
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    static constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string Sha256Hex(std::string_view text) {
  return Sha256().Add(text.data(), text.size()).Hex();
}

}  // namespace lrsweep
