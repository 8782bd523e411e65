#include "results/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <optional>
#include <sstream>

namespace lrsweep {
namespace {

std::optional<double> UnixSeconds(const std::string& text) {
  // strptime takes the whole seconds; the fraction is what stands before the Z.
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  double fraction = 0;
  if (*rest == '.') std::istringstream(rest) >> fraction;
  return static_cast<double>(timegm(&parts)) + fraction;
}

}  // namespace

std::string UtcNow() {
  using std::chrono::milliseconds;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const int64_t total_ms = std::chrono::duration_cast<milliseconds>(since_1970).count();
  const std::time_t seconds = total_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     total_ms % 1000);
}

double SecondsBetween(const std::string& from, const std::string& to) {
  const std::optional<double> begin = UnixSeconds(from);
  const std::optional<double> end = UnixSeconds(to);
  return begin && end ? *end - *begin : 0;
}

std::string DurationText(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", std::max(0.0, seconds));
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace lrsweep
