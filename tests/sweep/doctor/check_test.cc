#include "sweep/doctor/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace lrsweep {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

TEST(CheckTest, GivesWhatItFound) {
  Findings findings = {{"a", Health::kWorks, "x"}, {"b", Health::kAbsent, "y", "z"}};
  EXPECT_EQ(RunCheck({"a", [&] { return findings; }}), findings);
}

TEST(CheckTest, WhatALibraryPrintsIsNoFinding) {
  const Check check = {"a", [] {
                         std::fputs("a warning", stderr);
                         std::fputs("Welcome!", stdout);
                         return Findings{{"a", Health::kWorks, "x"}};
                       }};
  EXPECT_EQ(RunCheck(check), (Findings{{"a", Health::kWorks, "x"}}));
}

Finding Only(const Check& check) {
  const Findings findings = RunCheck(check);
  EXPECT_EQ(findings.size(), 1U);
  return findings.at(0);
}

TEST(CheckTest, OneThatHangsFails) {
  const Finding finding = Only({"disk",
                                []() -> Findings {
                                  pause();
                                  return {};
                                },
                                seconds(1)});
  EXPECT_EQ(finding.topic, "disk");
  EXPECT_EQ(finding.health, Health::kFails);
  EXPECT_EQ(finding.what, "no answer within 1 s");
}

TEST(CheckTest, OneThatCrashesFailsWithItsLastWords) {
  const Finding finding = Only({"LibTorch", []() -> Findings {
                                  std::fputs("undefined symbol: x\n", stderr);
                                  signal(SIGABRT, SIG_DFL);
                                  std::abort();
                                }});
  EXPECT_EQ(finding.health, Health::kFails);
  EXPECT_EQ(finding.what, "crashed by Aborted: undefined symbol: x");
}

TEST(CheckTest, OneThatThrowsOrExitsFails) {
  const Finding thrown =
      Only({"a", []() -> Findings { throw std::runtime_error("no such thing"); }});
  EXPECT_EQ(thrown.health, Health::kFails);
  EXPECT_THAT(thrown.what, HasSubstr("no such thing"));
  EXPECT_EQ(Only({"a", []() -> Findings { _exit(0); }}).health, Health::kFails);
}

}  // namespace
}  // namespace lrsweep
