#include "sweep/config/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace lrsweep {
namespace {

/// A number of at least 0; nullopt for other text.
std::optional<double> Number(std::string_view digits) {
  double value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool good = end.ec == std::errc() && end.ptr == digits.data() + digits.size() &&
                    value >= 0 && value < 1e9;
  return good ? std::optional(value) : std::nullopt;
}

/// "2h"; nullopt for text without a unit.
std::optional<double> WithUnit(std::string_view text) {
  struct Unit {
    char letter;
    double seconds;
  };
  static constexpr std::array kUnits = {Unit{'s', 1}, Unit{'m', 60}, Unit{'h', 3600},
                                        Unit{'d', 86400}};
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.letter)) continue;
    const auto number = Number(text.substr(0, text.size() - 1));
    return number ? std::optional(*number * unit.seconds) : std::nullopt;
  }
  return std::nullopt;
}

/// HH:MM:SS, MM:SS or SS; `colons`: that there must be, -1: any number.
std::optional<double> OfClock(std::string_view text, int colons) {
  const auto found = std::count(text.begin(), text.end(), ':');
  if (found > 2 || (colons >= 0 && found != colons)) return std::nullopt;
  double seconds = 0;
  for (size_t at = 0; at != std::string_view::npos;) {
    const size_t colon = text.find(':', at);
    const auto part = Number(text.substr(at, colon - at));
    if (!part) return std::nullopt;
    seconds = 60 * seconds + *part;
    at = colon == std::string_view::npos ? colon : colon + 1;
  }
  return seconds;
}

}  // namespace

std::optional<double> ParseDuration(const std::string& text) {
  if (const auto seconds = WithUnit(text)) return seconds;
  const size_t dash = text.find('-');
  if (dash == std::string::npos) return OfClock(text, -1);
  const auto days = Number(std::string_view(text).substr(0, dash));
  const auto rest = OfClock(std::string_view(text).substr(dash + 1), 2);
  if (!days || !rest) return std::nullopt;
  return *days * 86400 + *rest;
}

}  // namespace lrsweep
