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

TEST(WithShortListsTest, OnlyLongListsAreShortened) {
  EXPECT_EQ(WithShortLists("no list"), "no list");
  EXPECT_EQ(WithShortLists("a=[1,2,3,4,5,6,7,8,9] b"), "a=[1,2,3,4,5,6,7,8,9] b");
  EXPECT_EQ(WithShortLists("a=[1,2,3,4,5,6,7,8,9,10] b=[1] c=[10,20,30,40,50,60,70,80,90,100,110]"),
            "a=[1,2,3,...,10: 10 values] b=[1] c=[10,20,30,...,110: 11 values]");
  EXPECT_EQ(WithShortLists("[[1,2,3,4,5,6,7,8,9,10],[1]]"), "[[1,2,3,...,10: 10 values],[1]]");
  EXPECT_EQ(WithShortLists("open [1,2,3,4,5,6,7,8,9,10"), "open [1,2,3,4,5,6,7,8,9,10");
  EXPECT_EQ(WithShortLists("][,,,,,,,,,,]"), "][,,,...,: 11 values]");
}

}  // namespace
}  // namespace lrsweep
