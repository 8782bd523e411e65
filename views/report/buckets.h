// Long curves made short enough for a page. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lrsweep {

/// A summary of neighbouring values: their least and their greatest, in the order in which they
/// come, and their mean. Values that are not finite are left out; all three are NaN where none is
/// finite.
struct Bucket {
  double first = 0, second = 0, mean = 0;
};

/// The smallest size of a bucket (at least 1) with which `values` values need at most `most` (at
/// least 1) buckets.
size_t BucketSize(size_t values, size_t most);

/// Cuts the values into buckets of `size` (at least 1); the last one may hold fewer. Curves of
/// different lengths have the same buckets up to the end of the shorter one.
std::vector<Bucket> ToBuckets(std::span<const double> values, size_t size);

/// At most `most` (at least 2) of the epochs 1 to `epochs` at equal distances, the first and the
/// last among them. They are the same for all curves, so that means over curves stay means.
std::vector<int64_t> KeptEpochs(int64_t epochs, int64_t most);

/// The number rounded to so many significant decimal digits.
double Rounded(double number, int digits);

}  // namespace lrsweep
