#include "schedulers/wsd.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace lrsweep {
namespace {

TEST(WsdTest, RisesStaysAndFalls) {
  const Schedule schedule = Wsd({.num_warmup_steps = 4,
                                 .num_decay_steps = 4,
                                 .num_stable_steps = 2,
                                 .decay_type = DecayShape::kLinear,
                                 .min_lr_ratio = 0.2},
                                {.lr = 1, .momentum = 0.7});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(2).lr, 0.6);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(8).lr, 0.6);
  EXPECT_DOUBLE_EQ(schedule(10).lr, 0.2);
  EXPECT_DOUBLE_EQ(schedule(99).lr, 0.2);
  EXPECT_EQ(schedule(8).momentum, 0.7);
}

TEST(WsdTest, FallsWithTheSquareRootOfTheDecay) {
  const Schedule schedule =
      Wsd({.num_decay_steps = 4, .num_training_steps = 4, .decay_type = DecayShape::kOneMinusSqrt},
          {.lr = 1});
  EXPECT_DOUBLE_EQ(schedule(0).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(1).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(4).lr, 0);
}

TEST(WsdTest, StaysForWhatIsLeftOfTheTrainingSteps) {
  const Schedule schedule = Wsd({.num_warmup_steps = 2,
                                 .num_decay_steps = 4,
                                 .num_training_steps = 10,
                                 .decay_type = DecayShape::kLinear},
                                {.lr = 1});
  EXPECT_DOUBLE_EQ(schedule(1).lr, 0.5);
  EXPECT_DOUBLE_EQ(schedule(6).lr, 1);
  EXPECT_DOUBLE_EQ(schedule(7).lr, 0.75);
  EXPECT_THROW(
      Wsd({.num_warmup_steps = 2, .num_decay_steps = 4, .num_training_steps = 5}, {.lr = 1}),
      std::invalid_argument);
}

TEST(WsdTest, TakesTheLargestLengths) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const Schedule schedule =
      Wsd({.num_warmup_steps = 1, .num_decay_steps = kMost, .num_stable_steps = kMost}, {.lr = 1});
  EXPECT_DOUBLE_EQ(schedule(1'000'000).lr, 1);
  EXPECT_THROW(Wsd({.num_warmup_steps = kMost, .num_decay_steps = kMost}, {.lr = 1}),
               std::invalid_argument);
}

TEST(WsdTest, RefusesNegativeLengths) {
  EXPECT_THROW(Wsd({.num_warmup_steps = -1}, {}), std::invalid_argument);
  EXPECT_THROW(Wsd({.num_stable_steps = -1}, {}), std::invalid_argument);
  EXPECT_THROW(Wsd({.num_decay_steps = -1}, {}), std::invalid_argument);
  EXPECT_THROW(Wsd({.min_lr_ratio = 2}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace lrsweep
