#include "views/charts/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lrsweep {
namespace {

constexpr double kRounding = 1e-9;  // of a tick's distance: what adding up may lose
constexpr int kMostDecimals = 5;

/// The distance between ticks: 1, 2 or 5 times a power of ten, the nearest in ratio to
/// `span / count`.
double RoundStep(double span, int count) {
  const double rough = span / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double factor = rough / power * (1 + kRounding);
  return power * (factor >= std::sqrt(50.0)   ? 10
                  : factor >= std::sqrt(10.0) ? 5
                  : factor >= std::sqrt(2.0)  ? 2
                                              : 1);
}

/// The value with as many digits as tell it from its neighbours.
std::string TickText(double value, double step) {
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + kRounding)));
  return decimals <= kMostDecimals ? fmt::format("{:.{}f}", value, decimals)
                                   : fmt::format("{:.3g}", value);
}

}  // namespace

Scale::Scale(double low, double high, double from, double to, bool logarithmic)
    : low_(low), high_(high), from_(from), to_(to), logarithmic_(logarithmic) {
  if (low_ < high_) return;
  const double room = logarithmic_ ? 0 : std::max(std::abs(low_) * 0.1, 1e-3);
  low_ = logarithmic_ ? low / 2 : low - room;
  high_ = logarithmic_ ? high * 2 : high + room;
}

double Scale::At(double value) const {
  const double share = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_)
                                    : (value - low_) / (high_ - low_);
  return from_ + (to_ - from_) * share;
}

std::vector<AxisTick> Scale::Ticks(int count, bool whole) const {
  if (logarithmic_ && high_ / low_ >= 10) return LogTicks(count);
  double step = RoundStep(high_ - low_, count);
  if (whole) step = std::max(step, 1.0);
  std::vector<AxisTick> ticks;
  for (double i = std::ceil(low_ / step - kRounding); i * step <= high_ + step * kRounding; ++i) {
    const double value = i * step + 0.0;  // not -0
    ticks.push_back({value, TickText(value, step)});
  }
  return ticks;
}

std::vector<AxisTick> Scale::LogTicks(int count) const {
  const double decades = std::log10(high_ / low_);
  const double stride = std::max(1.0, std::ceil(decades / count));
  std::vector<double> factors = {1};
  if (decades < count / 2.0) factors = {1, 2, 5};
  std::vector<AxisTick> ticks;
  for (double power = std::floor(std::log10(low_)); power <= std::log10(high_); power += stride) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, power);
      if (value < low_ * (1 - kRounding) || value > high_ * (1 + kRounding)) continue;
      ticks.push_back({value, fmt::format("{:.4g}", value)});
    }
  }
  return ticks;
}

}  // namespace lrsweep
