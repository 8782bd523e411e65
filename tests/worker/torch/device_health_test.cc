// Tests which errors make an executor unusable, with a device that fails when told.
#include "worker/torch/device_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "worker/engine.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

class DeviceHealthTest : public testing::Test {
 protected:
  /// Runs an action that throws `error`.
  template <typename Error>
  auto Throwing(const Error& error) {
    return [this, error] { health_.Run([&error]() -> int { throw error; }); };
  }

  bool has_failed_ = false;
  int probes_ = 0;
  DeviceHealth health_{"cuda:0", [this] {
                         ++probes_;
                         if (has_failed_) throw std::runtime_error("an illegal address, again");
                       }};
};

TEST_F(DeviceHealthTest, ReturnsWhatTheActionReturns) {
  EXPECT_EQ(health_.Run([] { return 7; }), 7);
  EXPECT_EQ(probes_, 0);
}

TEST_F(DeviceHealthTest, PassesOnAnErrorThatLeavesTheDeviceUsable) {
  EXPECT_THAT(Throwing(std::runtime_error("CUDA out of memory")),
              ThrowsMessage<std::runtime_error>("CUDA out of memory"));
  EXPECT_EQ(probes_, 1);
  EXPECT_EQ(health_.Run([] { return 7; }), 7);
}

TEST_F(DeviceHealthTest, EndsTheExecutorWhenTheDeviceComputesNothingAnyMore) {
  has_failed_ = true;
  EXPECT_THAT(Throwing(std::runtime_error("an illegal address")),
              ThrowsMessage<ExecutorUnusable>(
                  AllOf(StartsWith("cuda:0 has failed"), HasSubstr("an illegal address"))));
}

TEST_F(DeviceHealthTest, RunsNothingAfterThat) {
  has_failed_ = true;
  EXPECT_THROW(Throwing(std::runtime_error("an illegal address"))(), ExecutorUnusable);
  has_failed_ = false;
  bool ran = false;
  EXPECT_THAT([&] { health_.Run([&ran] { ran = true; }); },
              ThrowsMessage<ExecutorUnusable>(HasSubstr("an illegal address")));
  EXPECT_FALSE(ran);
  EXPECT_EQ(probes_, 1);
}

TEST_F(DeviceHealthTest, TakesTheWordOfAnActionThatCallsTheExecutorUnusable) {
  EXPECT_THAT(Throwing(ExecutorUnusable("no capture")),
              ThrowsMessage<ExecutorUnusable>("no capture"));
  EXPECT_EQ(probes_, 0);
  EXPECT_THAT([this] { health_.Run([] {}); }, ThrowsMessage<ExecutorUnusable>("no capture"));
}

TEST_F(DeviceHealthTest, ProbesNothingAfterAWrongArgumentOrAnInterruption) {
  has_failed_ = true;
  EXPECT_THROW(Throwing(std::invalid_argument("two rates"))(), std::invalid_argument);
  EXPECT_THROW(Throwing(TrainingInterrupted{})(), TrainingInterrupted);
  EXPECT_EQ(probes_, 0);
}

}  // namespace
}  // namespace lrsweep
