#include "data/label_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A data set of three classes, without pixels.
Dataset WithLabels(std::vector<uint8_t> train, std::vector<uint8_t> test) {
  Dataset dataset;
  dataset.classes = 3;
  dataset.train.labels = std::move(train);
  dataset.test.labels = std::move(test);
  return dataset;
}

TEST(LabelWarningsTest, MixedClassesAreFine) {
  const Dataset dataset = WithLabels({0, 2, 1, 1, 0, 2, 0, 1, 2}, {2, 0, 1});
  EXPECT_THAT(LabelWarnings(dataset, 0), IsEmpty());
  EXPECT_THAT(LabelWarnings(dataset, 3), IsEmpty());
}

TEST(LabelWarningsTest, ClassesInOrderAreFineUnlessSomeAreHeldBack) {
  const Dataset dataset = WithLabels({0, 0, 1, 1, 2, 2}, {2, 0, 1});
  EXPECT_THAT(LabelWarnings(dataset, 0), IsEmpty());
  EXPECT_THAT(LabelWarnings(dataset, 2),
              ElementsAre(HasSubstr("in the order of their classes"),
                          "no training image is of class 2, of 3 classes in the data",
                          "no evaluation image is of classes 0 and 1, of 3 classes in the data",
                          HasSubstr("100% of the evaluation images are of class 2")));
}

TEST(LabelWarningsTest, ClassThatIsLackingIsNamed) {
  EXPECT_THAT(LabelWarnings(WithLabels({0, 1, 0, 1}, {0, 1, 2}), 0),
              ElementsAre("no training image is of class 2, of 3 classes in the data"));
  EXPECT_THAT(LabelWarnings(WithLabels({0, 1, 2}, {0, 1}), 0),
              ElementsAre("no evaluation image is of class 2, of 3 classes in the data"));
}

TEST(LabelWarningsTest, MajorityIsNamedFromSixtyPercentOn) {
  EXPECT_THAT(LabelWarnings(WithLabels({1, 1, 1, 0, 2}, {0, 1, 2}), 0),
              ElementsAre(HasSubstr("60% of the training images are of class 1")));
  EXPECT_THAT(LabelWarnings(WithLabels({1, 1, 1, 0, 0, 2}, {0, 1, 2}), 0), IsEmpty());
}

}  // namespace
}  // namespace lrsweep
