#include "views/terminal/terminal_text.h"

#include <cstddef>
#include <cstdint>

namespace lrsweep {
namespace {

constexpr const char* kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// How many bytes a character takes, by its first one; 1 also for what cannot begin a character.
size_t LengthOf(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
}

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

/// The bytes at the beginning of `text` that belong to its first character: fewer than LengthOf
/// where the text ends, or another character begins.
size_t BytesOfFirst(std::string_view text) {
  const size_t length = LengthOf(static_cast<unsigned char>(text[0]));
  size_t bytes = 1;
  while (bytes < length && bytes < text.size() && Continues(text[bytes])) ++bytes;
  return bytes;
}

uint32_t CodePoint(std::string_view bytes) {
  auto code =
      static_cast<uint32_t>(static_cast<unsigned char>(bytes[0])) & (0xffU >> (bytes.size() + 1));
  for (const char c : bytes.substr(1)) code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  return code;
}

/// A character of several bytes as it is, or U+FFFD: for a control character of Unicode, a
/// surrogate, an overlong form, and what is beyond the last code point.
std::string Wide(std::string_view bytes) {
  const uint32_t code = CodePoint(bytes);
  const uint32_t least = bytes.size() == 2 ? 0x80 : bytes.size() == 3 ? 0x800 : 0x10000;
  const bool is_control = code >= 0x80 && code < 0xa0;
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (code < least || code > 0x10ffff || is_control || is_surrogate) return kReplacement;
  return std::string(bytes);
}

std::string Narrow(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return kReplacement;
  if (byte == 0x7f) return "^?";
  if (byte >= 0x20 || c == '\n' || c == '\t' || c == '\r') return {c};
  return {'^', static_cast<char>(byte + 0x40)};
}

}  // namespace

std::string TerminalText::Add(std::string_view piece) {
  const std::string text = rest_.append(piece);
  std::string shown;
  size_t at = 0;
  while (at < text.size()) {
    const std::string_view left = std::string_view(text).substr(at);
    const size_t length = LengthOf(static_cast<unsigned char>(left[0]));
    const size_t bytes = BytesOfFirst(left);
    if (bytes < length && bytes == left.size()) break;  // the rest may come
    shown += bytes < length ? kReplacement
             : length == 1  ? Narrow(left[0])
                            : Wide(left.substr(0, bytes));
    at += bytes;
  }
  rest_ = text.substr(at);
  return shown;
}

std::string TerminalText::Finish() {
  const bool any = !rest_.empty();
  rest_.clear();
  return any ? kReplacement : "";
}

}  // namespace lrsweep
