// Sobol's sequence, and its random scrambling by Owen. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lrsweep {

inline constexpr size_t kSobolDimensions = 64;

/// The coordinate in `dimension`, from 0, of the point `index` of the sequence, in units of 2^-32.
/// The order is that of the Gray code.
uint32_t SobolPoint(size_t dimension, uint32_t index);

/// The coordinate scrambled by nested uniform permutations of its digits (Owen 1995), which `key`
/// determines, in units of 2^-64. What the sequence has of evenness stays, and each scrambled point
/// is uniform. The digits behind the 32nd are random.
uint64_t OwenScrambled(uint32_t point, uint64_t key);

}  // namespace lrsweep
