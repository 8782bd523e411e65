#include "worker/command/program_end.h"

#include <gtest/gtest.h>

#include <csignal>

#include "platform/process_end.h"

namespace lrsweep {
namespace {

TEST(ProgramEndTest, NamesStatusesAndSignals) {
  EXPECT_EQ(EndText(0), "ended with exit status 0");
  EXPECT_EQ(EndText(75 << 8), "ended with exit status 75");
  EXPECT_EQ(EndText(SIGSEGV), "was ended by SIGSEGV");
  EXPECT_EQ(EndText(SIGABRT | 0x80), "was ended by SIGABRT");
  EXPECT_EQ(EndText(SIGKILL), "was ended by SIGKILL (is the memory exhausted?)");
}

TEST(ProgramEndTest, KnowsTheEndsThatASignalForAllGives) {
  for (const int status :
       {SIGTERM, SIGINT, SIGHUP, SIGKILL, 143 << 8, 130 << 8, 137 << 8, 0, kStoppedStatus << 8}) {
    EXPECT_TRUE(MayBeOfAStop(status)) << status;
  }
  for (const int status : {SIGSEGV, SIGABRT, 1 << 8, 139 << 8}) {
    EXPECT_FALSE(MayBeOfAStop(status)) << status;
  }
}

TEST(ProgramEndTest, WritesLimitsInTheirLargestWholeUnit) {
  EXPECT_EQ(LimitText(7200), "2 h");
  EXPECT_EQ(LimitText(5400), "90 min");
  EXPECT_EQ(LimitText(90), "90 s");
  EXPECT_EQ(LimitText(0.5), "0.5 s");
}

TEST(ProgramEndTest, AddsTheOutput) {
  EXPECT_EQ(WithOutput("it failed", ""), "it failed; it wrote no output");
  EXPECT_EQ(WithOutput("it failed", "a\nb"), "it failed; the end of its output:\na\nb");
}

}  // namespace
}  // namespace lrsweep
