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

/// Cuts the values into at most `most` (at least 1) buckets, whose sizes differ by one at the most.
/// Where there are no more values than that, each is a bucket of its own.
std::vector<Bucket> ThinToBuckets(std::span<const double> values, size_t most);

/// Of the epochs 1 to `epochs`, at most `most` (at least 2) at equal distances, the first and the
/// last among them: the same for all curves, so that means over curves stay means.
std::vector<int64_t> KeptEpochs(int64_t epochs, int64_t most);

/// The number with so many significant decimal digits.
double Rounded(double number, int digits);

}  // namespace lrsweep
