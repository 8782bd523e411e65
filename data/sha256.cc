#include "data/sha256.h"

namespace lrsweep {

std::string Sha256::Hex() {
  const auto digest = Digest();
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

std::string Sha256Base64(std::string_view text) {
  return Sha256().Add(text.data(), text.size()).Base64();
}

}  // namespace lrsweep
