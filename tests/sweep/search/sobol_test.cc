#include "sweep/search/sobol.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "sweep/search/random_bits.h"

namespace lrsweep {
namespace {

using Points = std::vector<std::vector<double>>;

/// The square of the centered L2 discrepancy, by Hickernell's formula (1998).
double Discrepancy(const Points& points) {
  const auto n = static_cast<double>(points.size());
  double once = 0;
  double twice = 0;
  for (const std::vector<double>& a : points) {
    double product = 1;
    for (const double x : a) {
      const double d = std::abs(x - 0.5);
      product *= 1 + d / 2 - d * d / 2;
    }
    once += product;
    for (const std::vector<double>& b : points) {
      product = 1;
      for (size_t i = 0; i < a.size(); ++i) {
        product *= 1 + (std::abs(a[i] - 0.5) + std::abs(b[i] - 0.5) - std::abs(a[i] - b[i])) / 2;
      }
      twice += product;
    }
  }
  return std::pow(13.0 / 12, points.front().size()) - 2 / n * once + twice / (n * n);
}

double Unit(uint64_t fraction) { return static_cast<double>(fraction >> 11) * 0x1p-53; }

Points Scrambled(size_t dimensions, uint32_t count, uint64_t seed) {
  Points points(count, std::vector<double>(dimensions));
  for (uint32_t i = 0; i < count; ++i) {
    for (size_t d = 0; d < dimensions; ++d) {
      points[i][d] = Unit(OwenScrambled(SobolPoint(d, i), RandomBits(seed, d)));
    }
  }
  return points;
}

TEST(SobolTest, PointsAreThoseOfSciPy) {
  // scipy.stats.qmc.Sobol(64, scramble=False, bits=32), version 1.17.1.
  constexpr std::array<size_t, 6> kDimensions = {0, 1, 2, 5, 31, 63};
  const std::vector<std::pair<uint32_t, std::array<double, 6>>> points = {
      {0, {0, 0, 0, 0, 0, 0}},
      {1, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}},
      {2, {0.75, 0.25, 0.25, 0.75, 0.25, 0.75}},
      {3, {0.25, 0.75, 0.75, 0.25, 0.75, 0.25}},
      {10, {0.9375, 0.0625, 0.6875, 0.5625, 0.5625, 0.4375}},
      {1000, {0.2197265625, 0.0966796875, 0.5185546875, 0.9072265625, 0.1455078125, 0.4462890625}},
      {123456,
       {0.02649688720703125, 0.18274688720703125, 0.30725860595703125, 0.20325469970703125,
        0.07570648193359375, 0.95214080810546875}},
  };
  for (const auto& [index, coordinates] : points) {
    for (size_t i = 0; i < kDimensions.size(); ++i) {
      EXPECT_EQ(SobolPoint(kDimensions[i], index) * 0x1p-32, coordinates[i])
          << index << ", " << kDimensions[i];
    }
  }
}

TEST(SobolTest, DiscrepancyIsHickernells) {
  // scipy.stats.qmc.discrepancy(..., method="CD").
  EXPECT_NEAR(Discrepancy({{0.1, 0.9}, {0.4, 0.3}, {0.7, 0.55}}), 0.05228888888888861, 1e-14);
}

TEST(SobolTest, ScrambledPointsAreAsEvenAsSciPys) {
  // Least and greatest centered discrepancy of 400 scrambles by scipy.stats.qmc.Sobol; independent
  // uniform points have 38 to 4 times as much.
  struct Case {
    size_t dimensions;
    uint32_t points;
    double least;
    double greatest;
  };
  for (const Case& one : {Case{2, 64, 0.0001376, 0.0001711}, Case{4, 128, 0.0003316, 0.0003697},
                          Case{6, 256, 0.0005356, 0.0005717}, Case{8, 64, 0.01577, 0.01716}}) {
    double sum = 0;
    constexpr int kSeeds = 20;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      sum += Discrepancy(Scrambled(one.dimensions, one.points, seed));
    }
    EXPECT_GT(sum / kSeeds, one.least) << one.dimensions;
    EXPECT_LT(sum / kSeeds, one.greatest) << one.dimensions;
  }
}

TEST(SobolTest, EachScrambledCoordinateIsStratified) {
  constexpr uint32_t kPoints = 256;
  for (const size_t dimension : {0, 3, 63}) {
    std::vector<int> hits(kPoints);
    for (uint32_t i = 0; i < kPoints; ++i) {
      ++hits[OwenScrambled(SobolPoint(dimension, i), 99) >> 56];
    }
    EXPECT_EQ(hits, std::vector<int>(kPoints, 1)) << dimension;
  }
}

TEST(RandomBitsTest, AreThoseOfSplitMix64) {
  // The first numbers of the authors' splitmix64.c from the state 0.
  EXPECT_EQ(RandomBits(0, 0), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(RandomBits(0, 1), 0x6E789E6AA1B965F4U);
  EXPECT_EQ(RandomBits(0, 2), 0x06C45D188009454FU);
}

}  // namespace
}  // namespace lrsweep
