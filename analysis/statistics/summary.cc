#include "analysis/statistics/summary.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace lrsweep {
namespace {

/// P(|T| < sqrt(degrees) * tan(angle)) for Student's T: Abramowitz and Stegun, Handbook of
/// Mathematical Functions, 26.7.3 and 26.7.4. A finite sum of positive terms.
double CentralProbability(double angle, int64_t degrees) {
  const bool odd = degrees % 2 == 1;
  const double cosine = std::cos(angle);
  double term = odd ? cosine : 1;
  double sum = 0;
  for (int64_t power = odd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    const auto k = static_cast<double>(power);
    term *= cosine * cosine * (k + 1) / (k + 2);
  }
  const double series = std::sin(angle) * sum;
  return odd ? (angle + series) * 2 / std::numbers::pi : series;
}

}  // namespace

double StudentQuantile(double confidence, int64_t degrees) {
  if (!(confidence > 0 && confidence < 1)) {
    throw std::invalid_argument("a confidence lies between 0 and 1");
  }
  if (degrees < 1) throw std::invalid_argument("Student's t has at least one degree of freedom");
  double low = 0;
  double high = std::numbers::pi / 2;
  for (double middle = high / 2; low < middle && middle < high; middle = (low + high) / 2) {
    (CentralProbability(middle, degrees) < confidence ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(degrees)) * std::tan(low);
}

Summary Summarize(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("nothing to summarize");
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  Summary summary{.n = static_cast<int64_t>(values.size()), .least = *least, .greatest = *greatest};
  const auto n = static_cast<double>(summary.n);
  // From the least value on, so that equal values have exactly their mean and no spread.
  double sum = 0;
  for (const double value : values) sum += value - *least;
  summary.mean = *least + sum / n;
  if (summary.n == 1) return summary;

  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.sd = std::sqrt(squares / (n - 1));
  const double reach = StudentQuantile(0.95, summary.n - 1) * *summary.sd / std::sqrt(n);
  summary.interval95 = Interval{summary.mean - reach, summary.mean + reach};
  return summary;
}

}  // namespace lrsweep
