#include "sweep/commands/shared_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "params/errors.h"

namespace lrsweep {
namespace {

using testing::StartsWith;

class ReportLintTest : public testing::Test {
 protected:
  std::string Printed(bool quiet) {
    testing::internal::CaptureStderr();
    ReportLint(space_, false, quiet);
    return testing::internal::GetCapturedStderr();
  }

  const SearchSpace space_{
      ParseSweepConfig("name: t\ntraining: {epochs: 10}\noptimizer: {lr: 0.1}\n"
                       "scheduler: {type: StepLR, step_size: 30}",
                       "s.yaml")};
};

TEST_F(ReportLintTest, FindingsAreWarnings) {
  EXPECT_THAT(Printed(false), StartsWith("lrsweep: warning: StepLR: step_size is 30"));
}

TEST_F(ReportLintTest, QuietPrintsNothing) { EXPECT_EQ(Printed(true), ""); }

TEST_F(ReportLintTest, StrictRefusesTheFirstFinding) {
  EXPECT_THROW(ReportLint(space_, true, false), UsageError);
}

}  // namespace
}  // namespace lrsweep
