#include "params/utf8.h"

#include <algorithm>

namespace lrsweep {
namespace {

/// Whether the byte is not the first of its character.
bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

std::string Shortened(const std::string& text, size_t most) {
  if (CountCharacters(text) <= most) return text;
  size_t end = 0;
  for (size_t kept = 0; end < text.size(); ++end) {
    if (!ContinuesCharacter(text[end]) && ++kept == most) break;
  }
  return text.substr(0, end) + "…";
}

}  // namespace lrsweep
