#include "params/text.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

TEST(CountedTest, OneIsSingular) {
  EXPECT_EQ(Counted(0, "trial"), "0 trials");
  EXPECT_EQ(Counted(1, "trial"), "1 trial");
  EXPECT_EQ(Counted(2, "trial"), "2 trials");
}

TEST(BytesTextTest, BytesHaveThreeDigits) {
  EXPECT_EQ(BytesText(0), "0 bytes");
  EXPECT_EQ(BytesText(999), "999 bytes");
  EXPECT_EQ(BytesText(999.6), "1.00 kB");
  EXPECT_EQ(BytesText(12345), "12.3 kB");
  EXPECT_EQ(BytesText(123456789), "123 MB");
  EXPECT_EQ(BytesText(5e15), "5000 TB");
}

TEST(ErrorLineTest, IsTheFirstLineAndWhatItIntroduces) {
  EXPECT_EQ(ErrorLine("out of memory\nmore"), "out of memory");
  EXPECT_EQ(ErrorLine("exit status 1; the end of its output:\nTraceback:\n  x\nValueError: no\n"),
            "exit status 1; the end of its output: ValueError: no");
  EXPECT_EQ(ErrorLine("the end of its output:"), "the end of its output:");
  EXPECT_EQ(ErrorLine("its output:\n\x1b[31mred"), "its output:  [31mred");
  EXPECT_EQ(ErrorLine(""), "");
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
