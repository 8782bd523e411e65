#include "data/held_back.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

/// i * i mod 7 mod 4: classes 0, 1, 2 of 17, 11 and 12 images.
std::vector<uint8_t> Labels() {
  std::vector<uint8_t> labels(40);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<uint8_t>(i * i % 7 % 4);
  return labels;
}

std::vector<uint8_t> Classes(const std::vector<size_t>& counts) {
  std::vector<uint8_t> labels;
  for (size_t label = 0; label < counts.size(); ++label) {
    labels.insert(labels.end(), counts[label], static_cast<uint8_t>(label));
  }
  return labels;
}

// The indices are those of a Python script over numpy.random.RandomState(0), whose 32-bit numbers
// are std::mt19937's.
TEST(HeldBackTest, DrawsByASeedOfItsOwn) {
  EXPECT_THAT(DrawHeldBack(Labels(), 13),
              ElementsAre(1, 2, 11, 12, 13, 15, 16, 23, 29, 31, 32, 37, 38));
  EXPECT_THAT(DrawHeldBack(Classes({10, 3, 10}), 9), ElementsAre(1, 4, 5, 7, 11, 12, 15, 16, 20));
}

TEST(HeldBackTest, DrawsEquallyFromEveryClass) {
  const std::vector<uint8_t> labels = Classes({100, 300, 200});
  std::vector<int64_t> counts(3);
  for (const int64_t i : DrawHeldBack(labels, 90)) ++counts[labels[static_cast<size_t>(i)]];
  EXPECT_THAT(counts, ElementsAre(30, 30, 30));
}

TEST(HeldBackTest, ASmallClassKeepsOneImageToTrain) {
  const std::vector<uint8_t> labels = Classes({10, 3, 0, 10});
  std::vector<int64_t> counts(4);
  for (const int64_t i : DrawHeldBack(labels, 20)) ++counts[labels[static_cast<size_t>(i)]];
  EXPECT_THAT(counts, ElementsAre(9, 2, 0, 9));
}

TEST(HeldBackTest, MoreThanEveryClassCanGiveIsAnError) {
  try {
    DrawHeldBack(Classes({10, 3, 10}), 21);
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("at most 20 can be held back"));
  }
}

TEST(HeldBackTest, DrawnImagesComeLastInTheirOldOrder) {
  Dataset data;
  data.train = {.count = 40, .pixels = 1, .images = {}, .labels = Labels()};
  std::vector<uint8_t> images(40);
  std::iota(images.begin(), images.end(), uint8_t{0});
  data.train.images = images;
  data.rows = data.columns = 1;
  data.classes = 3;

  const auto arranged = WithHeldBackLast(data, 13);
  const auto split = WithValidationSet(arranged, 13);
  EXPECT_THAT(split->validation.images,
              ElementsAre(1, 2, 11, 12, 13, 15, 16, 23, 29, 31, 32, 37, 38));
  EXPECT_TRUE(std::is_sorted(split->train.images.begin(), split->train.images.end()));
  EXPECT_EQ(split->train.count, 27);
  std::vector<uint8_t> labels;
  for (const uint8_t image : arranged->train.images) labels.push_back(Labels()[image]);
  EXPECT_THAT(arranged->train.labels, ElementsAreArray(labels));
}

}  // namespace
}  // namespace lrsweep
