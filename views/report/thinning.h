// Long curves made short enough for a page. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lrsweep {

/// What a bucket of neighbouring values keeps: its least and its greatest, in the order in which
/// they come, and its mean. NaN where no value of it is finite; values that are not are left out.
struct Bucket {
  double first = 0, second = 0, mean = 0;
};

/// How many of `values` neighbours (at least 1) a bucket holds, so that they need at most `most`
/// (at least 1) buckets.
size_t BucketSize(size_t values, size_t most);

/// Cuts the values into buckets of `size` (at least 1); the last one may hold fewer. So curves of
/// different lengths have the same buckets as far as they go.
std::vector<Bucket> ToBuckets(std::span<const double> values, size_t size);

/// Of the epochs 1 to `epochs`, at most `most` (at least 2) at equal distances, the first and the
/// last among them: the same for all curves, so that means over curves stay means.
std::vector<int64_t> KeptEpochs(int64_t epochs, int64_t most);

/// The number with so many significant decimal digits.
double Rounded(double number, int digits);

}  // namespace lrsweep
