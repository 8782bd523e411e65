#include "params/ticks.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace lrsweep {
namespace {

constexpr size_t kMostDigits = 12;
constexpr size_t kMostWholeDigits = 5;  // 10000%

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

int64_t NumberOf(std::string_view digits) {
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

std::optional<std::string> CanonicalShare(std::string_view text) {
  if (text.size() < 2 || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  const size_t dot = std::min(text.find('.'), text.size());
  std::string_view whole = text.substr(0, dot);
  std::string_view fraction = text.substr(std::min(dot + 1, text.size()));
  if (whole.empty() || !IsDigits(whole) || !IsDigits(fraction)) return std::nullopt;
  if (dot < text.size() && fraction.empty()) return std::nullopt;
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (whole.size() > kMostWholeDigits || whole.size() + fraction.size() > kMostDigits ||
      NumberOf(whole) > 10'000) {
    return std::nullopt;
  }
  if (whole == "100" && fraction.empty()) return kWholeRun;
  return std::string(whole) + (fraction.empty() ? "" : "." + std::string(fraction)) + "%";
}

int64_t TicksOfShare(std::string_view share, int64_t run_ticks) {
  __extension__ using Wide = unsigned __int128;  // 12 digits times the ticks of the longest run
  share.remove_suffix(1);
  Wide numerator = 0;
  Wide denominator = 100;
  bool in_fraction = false;
  for (const char c : share) {
    if (c == '.') {
      in_fraction = true;
      continue;
    }
    numerator = numerator * 10 + static_cast<unsigned>(c - '0');
    if (in_fraction) denominator *= 10;
  }
  return static_cast<int64_t>(numerator * static_cast<Wide>(run_ticks) / denominator);
}

}  // namespace lrsweep
