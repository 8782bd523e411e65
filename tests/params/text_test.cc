#include "params/text.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

TEST(CountedTest, OneIsSingular) {
  EXPECT_EQ(Counted(0, "trial"), "0 trials");
  EXPECT_EQ(Counted(1, "trial"), "1 trial");
  EXPECT_EQ(Counted(2, "trial"), "2 trials");
}

TEST(ShellPathTest, IsOneWordAndNoOption) {
  EXPECT_EQ(ShellPath("s.db"), "s.db");
  EXPECT_EQ(ShellPath("/a/b-c.db"), "/a/b-c.db");
  EXPECT_EQ(ShellPath("a b.db"), "'a b.db'");
  EXPECT_EQ(ShellPath("it's.db"), "'it'\\''s.db'");
  EXPECT_EQ(ShellPath("~/s.db"), "'~/s.db'");
  EXPECT_EQ(ShellPath("-s.db"), "./-s.db");
  EXPECT_EQ(ShellPath("- s.db"), "'./- s.db'");
  EXPECT_EQ(ShellPath(""), "''");
}

}  // namespace
}  // namespace lrsweep
