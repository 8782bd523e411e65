#include "worker/command/output_log.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

TEST(OutputLogTest, KeepsEverythingInOrderAndContinuesAnEarlierAttempts) {
  const TempFolder folder;
  OutputLog(folder.path()).Add("one\n");
  OutputLog log(folder.path());
  log.Add("two");
  log.Say("a word");
  log.Add("three\n");
  log.Say("another");
  EXPECT_EQ(folder.Read("output.log"), "one\ntwo\nlrsweep: a word\nthree\nlrsweep: another\n");
}

TEST(OutputLogTest, MovesAFullFileAndBeginsAnew) {
  const TempFolder folder;
  OutputLog log(folder.path(), 10);
  for (const char* piece : {"aaaaaa", "bbbb", "cccc", "dddddddddddddddd", "e"}) log.Add(piece);
  EXPECT_EQ(folder.Read("output.previous.log"), "dddddddddddddddd");
  EXPECT_EQ(folder.Read("output.log"), "e");
}

TEST(OutputLogTest, TailIsTheLastTwentyLinesOfThisAttempt) {
  const TempFolder folder;
  OutputLog(folder.path()).Add("before\n");
  OutputLog log(folder.path());
  EXPECT_EQ(log.Tail(), "");
  log.Add("a\nb\n\n \n");
  EXPECT_EQ(log.Tail(), "a\nb");
  std::string expected;
  for (int i = 0; i < 30; ++i) {
    const std::string line = "line " + std::to_string(i);
    log.Add(line + "\n");
    if (i >= 10) expected += (expected.empty() ? "" : "\n") + line;
  }
  EXPECT_EQ(log.Tail(), expected);
}

TEST(OutputLogTest, TailIsBoundedAndValidUtf8) {
  const TempFolder folder;
  OutputLog log(folder.path());
  for (int i = 0; i < 100; ++i) log.Add(std::string(1000, 'x'));
  log.Add("\xff!");
  EXPECT_EQ(log.Tail(), std::string(1998, 'x') + "\xef\xbf\xbd!");
}

TEST(OutputLogTest, AFolderThatIsGoneCostsTheLogOnly) {
  OutputLog log("/nowhere/at/all");
  log.Add("text\n");
  EXPECT_EQ(log.Tail(), "text");
}

}  // namespace
}  // namespace lrsweep
