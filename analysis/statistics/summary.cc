#include "analysis/statistics/summary.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

namespace lrsweep {
double StudentQuantile(double confidence, int64_t degrees) {
  if (!(confidence > 0 && confidence < 1)) {
    throw std::invalid_argument("a confidence lies between 0 and 1");
  }
  if (degrees < 1) throw std::invalid_argument("Student's t has at least one degree of freedom");
  const boost::math::students_t student(static_cast<double>(degrees));
  return boost::math::quantile(boost::math::complement(student, (1 - confidence) / 2));
}

void CutInterval(Summary& summary, double least, double greatest) {
  if (!summary.interval95) return;
  summary.interval95->low = std::max(summary.interval95->low, least);
  summary.interval95->high = std::min(summary.interval95->high, greatest);
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
