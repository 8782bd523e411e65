// The queries of docs/sql.md, on a real sweep: the page's own command, with a small data set.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/idx_bytes.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

struct Question {
  std::string title;
  std::string sql;
  std::string answer;  // as the page shows it
  bool may_be_empty = false;
};

struct Page {
  std::string command;  // that makes the sweep
  std::vector<Question> questions;
};

/// The lines up to the fence that ends a block.
std::string ReadBlock(std::istream& page) {
  std::string block;
  for (std::string line; std::getline(page, line) && line != "```";) block += line + "\n";
  return block;
}

Page ReadPage() {
  std::ifstream file(std::string(LRSWEEP_SOURCE_DIR) + "/docs/sql.md");
  Page page;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### ")) {
      page.questions.push_back({.title = line.substr(4)});
    } else if (line == "<!-- may be empty -->") {
      page.questions.back().may_be_empty = true;
    } else if (line == "```sh") {
      std::istringstream block(ReadBlock(file));
      std::getline(block, page.command);
    } else if (line == "```sql") {
      page.questions.back().sql += ReadBlock(file);
    } else if (line == "```") {
      page.questions.back().answer = ReadBlock(file);
    }
  }
  return page;
}

std::vector<std::string> WordsOfFirstLine(const std::string& text) {
  std::istringstream line(text.substr(0, text.find('\n')));
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

class SqlPageTest : public testing::Test {
 protected:
  SqlPageTest() { WriteSmallDataset(images_); }

  ProgramResult InFolder(const std::string& command) {
    return RunShell("cd " + folder_.path().string() + " || exit; " + command);
  }
  /// Runs the page's command, from another folder and on other data.
  void Sweep(const std::string& options) {
    std::string command = page_.command;
    command.replace(command.find("lrsweep"), 7, LRSWEEP_PROGRAM);
    command.insert(command.find("configs/"), std::string(LRSWEEP_SOURCE_DIR) + "/");
    const ProgramResult result =
        InFolder(command + " --quiet --set training.batch_size=8 --set dataset.name=" +
                 images_.path().string() + " " + options);
    ASSERT_EQ(result.status, 0) << result.output;
  }

  const Page page_ = ReadPage();
  TempFolder folder_;
  TempFolder images_;
};

TEST_F(SqlPageTest, AsksNumberedQuestions) {
  ASSERT_EQ(page_.questions.size(), 21U);
  for (size_t i = 0; i < page_.questions.size(); ++i) {
    EXPECT_TRUE(page_.questions[i].title.starts_with(std::to_string(i + 1) + ". "));
    EXPECT_FALSE(page_.questions[i].sql.empty()) << page_.questions[i].title;
  }
}

TEST_F(SqlPageTest, EveryQueryAnswersWithTheColumnsThatThePageShows) {
  Sweep("");
  Sweep("--set training.seed=0 --db elsewhere.db");
  for (const Question& question : page_.questions) {
    folder_.Write("query.sql", question.sql);
    const ProgramResult result =
        InFolder("sqlite3 -readonly -bail -header -column mnist-schedules.db < query.sql");
    ASSERT_EQ(result.status, 0) << question.title << "\n" << result.output;
    if (question.may_be_empty && result.output.empty()) continue;
    EXPECT_EQ(WordsOfFirstLine(result.output), WordsOfFirstLine(question.answer))
        << question.title << "\n"
        << result.output;
  }
}

}  // namespace
}  // namespace lrsweep
