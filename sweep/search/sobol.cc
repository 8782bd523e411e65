#include "sweep/search/sobol.h"

#include <array>
#include <bit>
#include <stdexcept>

#include "sweep/search/random_bits.h"

namespace lrsweep {
namespace {

constexpr int kBits = 32;
constexpr size_t kMostInitial = 9;

/// A primitive polynomial, its coefficients as bits, and the first direction numbers.
struct Row {
  uint32_t polynomial;
  std::array<uint32_t, kMostInitial> initial;
};

/// From new-joe-kuo-6.21201, Copyright (c) 2008, Frances Y. Kuo and Stephen Joe, under the 3-clause
/// BSD licence (THIRD_PARTY.md): S. Joe and F. Y. Kuo, Constructing Sobol sequences with better
/// two-dimensional projections, SIAM J. Sci. Comput. 30 (2008), 2635-2654.
constexpr std::array<Row, kSobolDimensions> kRows = {{
    {1, {1}},
    {3, {1}},
    {7, {1, 3}},
    {11, {1, 3, 1}},
    {13, {1, 1, 1}},
    {19, {1, 1, 3, 3}},
    {25, {1, 3, 5, 13}},
    {37, {1, 1, 5, 5, 17}},
    {41, {1, 1, 5, 5, 5}},
    {47, {1, 1, 7, 11, 19}},
    {55, {1, 1, 5, 1, 1}},
    {59, {1, 1, 1, 3, 11}},
    {61, {1, 3, 5, 5, 31}},
    {67, {1, 3, 3, 9, 7, 49}},
    {91, {1, 1, 1, 15, 21, 21}},
    {97, {1, 3, 1, 13, 27, 49}},
    {103, {1, 1, 1, 15, 7, 5}},
    {109, {1, 3, 1, 15, 13, 25}},
    {115, {1, 1, 5, 5, 19, 61}},
    {131, {1, 3, 7, 11, 23, 15, 103}},
    {137, {1, 3, 7, 13, 13, 15, 69}},
    {143, {1, 1, 3, 13, 7, 35, 63}},
    {145, {1, 3, 5, 9, 1, 25, 53}},
    {157, {1, 3, 1, 13, 9, 35, 107}},
    {167, {1, 3, 1, 5, 27, 61, 31}},
    {171, {1, 1, 5, 11, 19, 41, 61}},
    {185, {1, 3, 5, 3, 3, 13, 69}},
    {191, {1, 1, 7, 13, 1, 19, 1}},
    {193, {1, 3, 7, 5, 13, 19, 59}},
    {203, {1, 1, 3, 9, 25, 29, 41}},
    {211, {1, 3, 5, 13, 23, 1, 55}},
    {213, {1, 3, 7, 3, 13, 59, 17}},
    {229, {1, 3, 1, 3, 5, 53, 69}},
    {239, {1, 1, 5, 5, 23, 33, 13}},
    {241, {1, 1, 7, 7, 1, 61, 123}},
    {247, {1, 1, 7, 9, 13, 61, 49}},
    {253, {1, 3, 3, 5, 3, 55, 33}},
    {285, {1, 3, 1, 15, 31, 13, 49, 245}},
    {299, {1, 3, 5, 15, 31, 59, 63, 97}},
    {301, {1, 3, 1, 11, 11, 11, 77, 249}},
    {333, {1, 3, 1, 11, 27, 43, 71, 9}},
    {351, {1, 1, 7, 15, 21, 11, 81, 45}},
    {355, {1, 3, 7, 3, 25, 31, 65, 79}},
    {357, {1, 3, 1, 1, 19, 11, 3, 205}},
    {361, {1, 1, 5, 9, 19, 21, 29, 157}},
    {369, {1, 3, 7, 11, 1, 33, 89, 185}},
    {391, {1, 3, 3, 3, 15, 9, 79, 71}},
    {397, {1, 3, 7, 11, 15, 39, 119, 27}},
    {425, {1, 1, 3, 1, 11, 31, 97, 225}},
    {451, {1, 1, 1, 3, 23, 43, 57, 177}},
    {463, {1, 3, 7, 7, 17, 17, 37, 71}},
    {487, {1, 3, 1, 5, 27, 63, 123, 213}},
    {501, {1, 1, 3, 5, 11, 43, 53, 133}},
    {529, {1, 3, 5, 5, 29, 17, 47, 173, 479}},
    {539, {1, 3, 3, 11, 3, 1, 109, 9, 69}},
    {545, {1, 1, 1, 5, 17, 39, 23, 5, 343}},
    {557, {1, 3, 1, 5, 25, 15, 31, 103, 499}},
    {563, {1, 1, 1, 11, 11, 17, 63, 105, 183}},
    {601, {1, 1, 5, 11, 9, 29, 97, 231, 363}},
    {607, {1, 1, 5, 15, 19, 45, 41, 7, 383}},
    {617, {1, 3, 7, 7, 31, 19, 83, 137, 221}},
    {623, {1, 1, 1, 3, 23, 15, 111, 223, 83}},
    {631, {1, 1, 5, 13, 31, 15, 55, 25, 161}},
    {637, {1, 1, 3, 13, 25, 47, 39, 87, 257}},
}};

std::array<uint32_t, kBits> DirectionsOf(size_t dimension) {
  std::array<uint32_t, kBits> directions{};
  if (dimension == 0) {  // van der Corput's sequence
    for (int bit = 0; bit < kBits; ++bit) directions[bit] = uint32_t{1} << (kBits - 1 - bit);
    return directions;
  }
  const Row& row = kRows[dimension];
  const int degree = std::bit_width(row.polynomial) - 1;
  for (int bit = 0; bit < kBits; ++bit) {
    if (bit < degree) {
      directions[bit] = row.initial[bit] << (kBits - 1 - bit);
      continue;
    }
    uint32_t next = directions[bit - degree] ^ (directions[bit - degree] >> degree);
    for (int i = 1; i < degree; ++i) {
      if ((row.polynomial >> (degree - i) & 1) != 0) next ^= directions[bit - i];
    }
    directions[bit] = next;
  }
  return directions;
}

const std::array<uint32_t, kBits>& CachedDirections(size_t dimension) {
  static const auto all = [] {
    std::array<std::array<uint32_t, kBits>, kSobolDimensions> directions{};
    for (size_t i = 0; i < kSobolDimensions; ++i) directions[i] = DirectionsOf(i);
    return directions;
  }();
  return all.at(dimension);
}

}  // namespace

uint32_t SobolPoint(size_t dimension, uint32_t index) {
  const std::array<uint32_t, kBits>& directions = CachedDirections(dimension);
  uint32_t point = 0;
  for (uint32_t gray = index ^ (index >> 1); gray != 0; gray &= gray - 1) {
    point ^= directions[std::countr_zero(gray)];
  }
  return point;
}

uint64_t OwenScrambled(uint32_t point, uint64_t key) {
  uint64_t scrambled = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    // The digits before this one choose its flip: a node of the tree of digits, numbered from 1.
    const uint64_t node = (uint64_t{1} << bit) | (uint64_t{point} >> (kBits - bit));
    const uint64_t digit = (point >> (kBits - 1 - bit)) & 1;
    scrambled = scrambled << 1 | (digit ^ (RandomBits(key, node) >> 63));
  }
  const uint64_t leaf = (uint64_t{1} << kBits) | point;
  return scrambled << kBits | RandomBits(key, leaf) >> kBits;
}

}  // namespace lrsweep
