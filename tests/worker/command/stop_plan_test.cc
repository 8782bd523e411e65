#include "worker/command/stop_plan.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

using Time = StopPlan::Clock::time_point;
using std::chrono::seconds;

TEST(StopPlanTest, SendsSigtermOnceAndSigkillAfterTheGracePeriod) {
  StopPlan plan(seconds(30));
  const Time start{};
  EXPECT_EQ(plan.DueSignal(start), 0);
  plan.Begin(Stopping::kTimedOut, start);
  EXPECT_EQ(plan.why(), Stopping::kTimedOut);
  EXPECT_EQ(plan.DueSignal(start), SIGTERM);
  EXPECT_EQ(plan.DueSignal(start + seconds(29)), 0);
  EXPECT_EQ(plan.DueSignal(start + seconds(30)), SIGKILL);
  EXPECT_EQ(plan.DueSignal(start + seconds(31)), SIGKILL);
}

TEST(StopPlanTest, PutsSigtermOffAndBringsItForward) {
  StopPlan plan(seconds(30));
  const Time start{};
  plan.Begin(Stopping::kHold, start + seconds(10));
  EXPECT_EQ(plan.DueSignal(start + seconds(5)), 0);
  plan.TerminateAt(start + seconds(20));
  EXPECT_EQ(plan.DueSignal(start + seconds(15)), 0);
  plan.Begin(Stopping::kInterrupted, start + seconds(15));
  EXPECT_EQ(plan.DueSignal(start + seconds(15)), SIGTERM);
  plan.Begin(Stopping::kInterrupted, start + seconds(16));
  EXPECT_EQ(plan.DueSignal(start + seconds(16)), 0);
  EXPECT_EQ(plan.DueSignal(start + seconds(45)), SIGKILL);
}

}  // namespace
}  // namespace lrsweep
