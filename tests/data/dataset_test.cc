#include "data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/idx_bytes.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DatasetTest : public testing::Test {
 protected:
  DatasetTest() {
    folder_.Write("train-images-idx3-ubyte", IdxBytes({3, 1, 2}, "aabbcc"));
    folder_.Write("train-labels-idx1-ubyte", IdxBytes({3}, std::string("\x00\x04\x01", 3)));
    folder_.Write("t10k-images-idx3-ubyte", IdxBytes({1, 1, 2}, "zz"));
    folder_.Write("t10k-labels-idx1-ubyte", IdxBytes({1}, "\x02"));
  }
  std::string LoadError() {
    try {
      LoadDataset(folder_.path());
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }
  TempFolder folder_;
};

TEST_F(DatasetTest, LoadsTheFourFiles) {
  const auto data = LoadDataset(folder_.path());
  EXPECT_EQ(data->train.count, 3);
  EXPECT_EQ(data->train.pixels, 2);
  EXPECT_THAT(data->train.images, ElementsAre('a', 'a', 'b', 'b', 'c', 'c'));
  EXPECT_THAT(data->train.labels, ElementsAre(0, 4, 1));
  EXPECT_THAT(data->test.images, ElementsAre('z', 'z'));
  EXPECT_EQ(data->rows, 1);
  EXPECT_EQ(data->columns, 2);
}

TEST_F(DatasetTest, ClassesReachToTheLargestLabel) {
  EXPECT_EQ(LoadDataset(folder_.path())->classes, 5);
}

TEST_F(DatasetTest, GzippedFilesServeAsWell) {
  std::filesystem::remove(folder_ / "t10k-labels-idx1-ubyte");
  WriteGzip(folder_ / "t10k-labels-idx1-ubyte.gz", IdxBytes({1}, "\x03"));
  EXPECT_THAT(LoadDataset(folder_.path())->test.labels, ElementsAre(3));
}

TEST_F(DatasetTest, ADotInThePlaceOfTheDashServesAsWell) {
  for (const char* name : kDatasetFiles) {
    std::string dotted = name;
    dotted.replace(dotted.find("-idx"), 4, ".idx");
    std::filesystem::rename(folder_ / name, folder_ / dotted);
  }
  ASSERT_TRUE(std::filesystem::exists(folder_ / "train-images.idx3-ubyte"));
  EXPECT_THAT(LoadDataset(folder_.path())->train.labels, ElementsAre(0, 4, 1));
  std::filesystem::remove(folder_ / "t10k-labels.idx1-ubyte");
  WriteGzip(folder_ / "t10k-labels.idx1-ubyte.gz", IdxBytes({1}, "\x03"));
  EXPECT_THAT(LoadDataset(folder_.path())->test.labels, ElementsAre(3));
}

TEST_F(DatasetTest, MissingFileIsNamed) {
  std::filesystem::remove(folder_ / "train-labels-idx1-ubyte");
  EXPECT_THAT(LoadError(), HasSubstr("train-labels-idx1-ubyte: there is no such file"));
}

TEST_F(DatasetTest, CountsThatDisagreeAreAnError) {
  folder_.Write("train-labels-idx1-ubyte", IdxBytes({2}, "ab"));
  EXPECT_THAT(LoadError(), HasSubstr("differ in their counts: images 3, labels 2"));
}

TEST_F(DatasetTest, ShapesThatDisagreeAreAnError) {
  folder_.Write("t10k-images-idx3-ubyte", IdxBytes({1, 2, 1}, "zz"));
  EXPECT_THAT(LoadError(), HasSubstr("training images are 1x2, but test images 2x1"));
}

TEST_F(DatasetTest, ValidationSetIsTheLastTrainingImages) {
  const auto split = WithValidationSet(LoadDataset(folder_.path()), 1);
  EXPECT_THAT(split->train.images, ElementsAre('a', 'a', 'b', 'b'));
  EXPECT_THAT(split->train.labels, ElementsAre(0, 4));
  EXPECT_THAT(split->validation.images, ElementsAre('c', 'c'));
  EXPECT_THAT(split->validation.labels, ElementsAre(1));
  EXPECT_TRUE(split->HasValidation());
  EXPECT_EQ(split->classes, 5);
}

TEST_F(DatasetTest, TestImagesStayBesideAValidationSetInTheSameMemory) {
  const auto data = LoadDataset(folder_.path());
  const auto split = WithValidationSet(data, 1);
  EXPECT_EQ(split->test.images.data(), data->test.images.data());
  EXPECT_EQ(split->test.labels, data->test.labels);
  EXPECT_EQ(split->validation.images.data(), data->train.images.data() + 4);
}

TEST_F(DatasetTest, ValidationSetOfNothingKeepsTheTestImages) {
  const auto data = LoadDataset(folder_.path());
  EXPECT_EQ(WithValidationSet(data, 0), data);
  EXPECT_FALSE(data->HasValidation());
}

TEST_F(DatasetTest, ValidationSetOfEverythingIsAnError) {
  const auto data = LoadDataset(folder_.path());
  EXPECT_THROW(WithValidationSet(data, 3), DataError);
  EXPECT_THROW(WithValidationSet(data, -1), DataError);
}

}  // namespace
}  // namespace lrsweep
