#include "views/report/buckets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace lrsweep {
namespace {

Bucket BucketOf(std::span<const double> values) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  size_t least = values.size();
  size_t greatest = values.size();
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    if (least == values.size() || values[i] < values[least]) least = i;
    if (greatest == values.size() || values[i] > values[greatest]) greatest = i;
    sum += values[i];
    ++count;
  }
  if (count == 0) return {kNan, kNan, kNan};
  return {values[std::min(least, greatest)], values[std::max(least, greatest)],
          sum / static_cast<double>(count)};
}

}  // namespace

size_t BucketSize(size_t values, size_t most) {
  return std::max<size_t>((values + most - 1) / most, 1);
}

std::vector<Bucket> ToBuckets(std::span<const double> values, size_t size) {
  std::vector<Bucket> buckets;
  for (size_t begin = 0; begin < values.size(); begin += size) {
    buckets.push_back(BucketOf(values.subspan(begin, std::min(size, values.size() - begin))));
  }
  return buckets;
}

std::vector<int64_t> KeptEpochs(int64_t epochs, int64_t most) {
  const int64_t count = std::min(epochs, most);
  std::vector<int64_t> kept;
  for (int64_t i = 0; i < count; ++i) {
    kept.push_back(count == 1 ? 1 : 1 + (epochs - 1) * i / (count - 1));
  }
  return kept;
}

double Rounded(double number, int digits) {
  if (!std::isfinite(number)) return number;
  const std::string text = fmt::format("{:.{}g}", number, digits);
  double rounded = number;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

}  // namespace lrsweep
