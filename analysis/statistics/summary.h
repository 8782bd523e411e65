// Summary statistics of repeated measurements: mean, spread, and a confidence interval of the mean.
// Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace lrsweep {

struct Interval {
  double low = 0;
  double high = 0;
};

struct Summary {
  int64_t n = 0;
  double mean = 0;
  double least = 0, greatest = 0;
  std::optional<double> sd;            // sample standard deviation (n - 1); none for n = 1
  std::optional<Interval> interval95;  // of the mean, Student's t; none for n = 1
};

/// Of finite values; at least one, else std::invalid_argument.
Summary Summarize(std::span<const double> values);

/// Cuts the interval at the range in which every value lies. Its coverage stays: the mean of the
/// population lies in the range too.
void CutInterval(Summary& summary, double least, double greatest);

/// The quantile of Student's t that |t| exceeds with probability 1 - `confidence`, for `degrees` >=
/// 1 of freedom. Throws std::invalid_argument for no degree of freedom and outside 0 < confidence
/// < 1.
double StudentQuantile(double confidence, int64_t degrees);

}  // namespace lrsweep
