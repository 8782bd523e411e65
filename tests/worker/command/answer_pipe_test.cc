#include "worker/command/answer_pipe.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

TEST(AnswerPipeTest, GivesALineToWhoeverReadsIt) {
  const TempFolder folder;
  AnswerPipe answers(folder / "answer");
  EXPECT_TRUE(answers.IsOpen());
  EXPECT_FALSE(answers.IsRead());
  std::ifstream reader(folder / "answer");
  answers.Write(3, "continue");
  EXPECT_FALSE(answers.IsRead());
  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "3 continue");
  EXPECT_TRUE(answers.IsRead());
}

TEST(AnswerPipeTest, KeepsTheLatestWhereNobodyReads) {
  const TempFolder folder;
  AnswerPipe answers(folder / "answer");
  for (int epoch = 1; epoch <= 100'000; ++epoch) answers.Write(epoch, "continue");
  EXPECT_EQ(answers.written(), 100'000);
  std::ifstream reader(folder / "answer");
  for (std::string line; line != "100000 continue";) {
    ASSERT_TRUE(std::getline(reader, line));
    ASSERT_TRUE(line.ends_with(" continue")) << line;
  }
}

TEST(AnswerPipeTest, DoesWithoutWhereThereCanBeNone) {
  AnswerPipe answers("/nowhere/answer");
  EXPECT_FALSE(answers.IsOpen());
  answers.Write(1, "continue");
  EXPECT_FALSE(answers.IsRead());
}

}  // namespace
}  // namespace lrsweep
