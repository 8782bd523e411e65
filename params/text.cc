#include "params/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdio>

namespace lrsweep {

std::string Counted(int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string BytesText(double bytes) {
  constexpr std::array<const char*, 5> kUnits = {" bytes", " kB", " MB", " GB", " TB"};
  size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < kUnits.size()) {
    bytes /= 1000;
    ++unit;
  }
  const char* format = unit == 0 || bytes >= 99.95 ? "%.0f" : bytes >= 9.995 ? "%.1f" : "%.2f";
  std::array<char, 64> number{};
  std::snprintf(number.data(), number.size(), format, bytes);
  return number.data() + std::string(kUnits[unit]);
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string ShellWord(const std::string& word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '/' || c == '_' || c == '-' || c == '+';
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string ShellPath(const std::string& path) {
  return ShellWord(path.starts_with('-') ? "./" + path : path);
}

std::string Abbreviated(const std::string& text) {
  constexpr size_t kLongest = 80;
  if (text.size() <= kLongest) return text;
  uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  size_t end = kLongest / 2;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // UTF-8
  std::string digits;
  for (int shift = 12; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 15U];
  return text.substr(0, end) + "...#" + digits;
}

std::string OneLine(const std::string& text) {
  std::string line = text;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

std::string FirstLine(const std::string& text) {
  return OneLine(text.substr(0, text.find_first_of("\r\n")));
}

std::string ErrorLine(const std::string& error) {
  std::string first = FirstLine(error);
  const size_t end = error.find_last_not_of("\r\n ");
  if (!first.ends_with(':') || end == std::string::npos) return first;
  const size_t before = error.rfind('\n', end);
  if (before == std::string::npos) return first;
  return first + ' ' + OneLine(error.substr(before + 1, end - before));
}

std::string EscapedMarkup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace lrsweep
