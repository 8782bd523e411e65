#include "worker/checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace lrsweep {
namespace {

ResumePoint Point() {
  ResumePoint point;
  point.epochs_done = 3;
  point.state = {.parameters = {1.5F, -0.0F, std::numeric_limits<float>::denorm_min()},
                 .momentum = {2, 3, 4},
                 .second_moment = {5, 6, 7},
                 .steps = 42,
                 .random = {0, 255, 7}};
  point.metric_history = {0.25, 0.125, 0.1};
  return point;
}

TEST(CheckpointTest, ComesBackAsItWas) {
  const ResumePoint back = DecodeCheckpoint(EncodeCheckpoint(Point()));
  EXPECT_EQ(back.epochs_done, 3);
  EXPECT_EQ(back.state.parameters, Point().state.parameters);
  EXPECT_TRUE(std::signbit(back.state.parameters[1]));
  EXPECT_EQ(back.state.momentum, Point().state.momentum);
  EXPECT_EQ(back.state.second_moment, Point().state.second_moment);
  EXPECT_EQ(back.state.steps, 42);
  EXPECT_EQ(back.state.random, Point().state.random);
  EXPECT_EQ(back.metric_history, Point().metric_history);
}

TEST(CheckpointTest, EmptyVectorsComeBackToo) {
  const ResumePoint back = DecodeCheckpoint(EncodeCheckpoint({}));
  EXPECT_TRUE(back.state.parameters.empty());
  EXPECT_TRUE(back.metric_history.empty());
}

// The layout that checkpoint.h writes down, by hand.
TEST(CheckpointTest, LayoutIsAsWritten) {
  ResumePoint point;
  point.epochs_done = 1;
  point.state.steps = 2;
  point.state.random = {9};
  const auto number = [](char value) { return std::string(1, value) + std::string(7, '\0'); };
  EXPECT_EQ(EncodeCheckpoint(point), "lrswckpt" + number(1) + number(1) + number(2) + number(0) +
                                         number(0) + number(0) + number(1) + "\x09" + number(0));
}

TEST(CheckpointTest, EveryTruncationIsRefused) {
  const std::string whole = EncodeCheckpoint(Point());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(DecodeCheckpoint(whole.substr(0, size)), std::invalid_argument) << size;
  }
}

TEST(CheckpointTest, MoreBytesAreRefused) {
  EXPECT_THROW(DecodeCheckpoint(EncodeCheckpoint(Point()) + '\0'), std::invalid_argument);
}

TEST(CheckpointTest, AnotherVersionIsRefused) {
  std::string bytes = EncodeCheckpoint(Point());
  bytes[8] = 2;
  EXPECT_THROW(DecodeCheckpoint(bytes), std::invalid_argument);
}

TEST(CheckpointTest, CountsBeyondReasonAreRefused) {
  std::string bytes = EncodeCheckpoint(Point());
  for (size_t at = 16; at < 48; ++at) bytes[at] = '\xff';
  EXPECT_THROW(DecodeCheckpoint(bytes), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
