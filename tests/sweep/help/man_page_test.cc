#include "sweep/help/man_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "sweep/help/manual_text.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class ManPageTest : public testing::Test {
 protected:
  /// The page of a command with these options.
  std::string PageOf(const std::vector<Option>& options, const std::string& footer = "") {
    const Subcommand command = {
        .name = "plan", .help = "Show it", .options = options, .footer = footer};
    const Subcommand internal = {.name = "__none", .is_internal = true};
    const auto pages = ManPages({command, internal}, "1.2.3", "2026-11-29");
    EXPECT_EQ(pages.size(), 2U);
    EXPECT_EQ(pages.at(1).file, "lrsweep-plan.1");
    return pages.at(1).text;
  }
  std::string text_;
  std::vector<std::string> several_;
  int64_t number_ = 20;
  bool flag_ = false;
};

TEST_F(ManPageTest, SaysWhatTheTableSaysOfAnOption) {
  const std::string page = PageOf({
      {.name = "DB", .target = &text_, .help = "the file", .is_required = true},
      {.name = "TRIAL", .target = &several_, .help = "ids"},
      {.name = "--mode,-m", .target = &text_, .help = "how", .choices = {"max", "min"}},
      {.name = "--limit", .target = &number_, .help = "rows", .shows_default = true},
      {.name = "--quiet", .target = &flag_, .help = "less", .needs = "--mode", .excludes = "--x"},
  });
  EXPECT_THAT(page, HasSubstr(".TH LRSWEEP\\-PLAN 1 \"2026-11-29\" \"lrsweep 1.2.3\""));
  EXPECT_THAT(page, HasSubstr("\\fIDB\\fR [\\fITRIAL\\fR...]\n"));
  EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-\\-mode\\fR, \\fB\\-m\\fR \\fIWORD\\fR\n"
                              "how. One of max, min.\n"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-limit\\fR \\fIN\\fR\nrows [20].\n"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-quiet\\fR\nless. Needs \\-\\-mode. Not with \\-\\-x.\n"));
}

TEST_F(ManPageTest, NoTextIsTakenForAMacro) {
  const std::string page = PageOf({{.name = "--a", .target = &text_, .help = ".5 of a 'b' \\c"},
                                   {.name = "--b", .target = &text_, .help = "'x' ~ ^ `y`"}});
  EXPECT_THAT(page, HasSubstr("\n\\&.5 of a \\(aqb\\(aq \\ec.\n"));
  EXPECT_THAT(page, HasSubstr("\n\\&\\(aqx\\(aq \\(ti \\(ha \\(gay\\(ga.\n"));
}

TEST_F(ManPageTest, TheFooterIsTheExitStatusWhereItSaysSo) {
  EXPECT_THAT(PageOf({}), HasSubstr("\\fB75\\fR\n"));
  const std::string page = PageOf({}, "Exit status: 0 equal, 1 not.");
  EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS\n0 equal, 1 not.\n"));
  EXPECT_THAT(page, Not(HasSubstr("\\fB75\\fR\n")));
  EXPECT_THAT(PageOf({}, "More words."), HasSubstr("\nMore words.\n"));
}

/// The variables that the sources read by name.
std::set<std::string> VariablesOfTheSources() {
  std::set<std::string> variables;
  static const std::regex kRead(R"re(getenv\("([A-Z_0-9]+)"\))re");
  for (const char* folder : {"data", "sweep", "views", "worker", "results", "params", "platform"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(LRSWEEP_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cc") continue;
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      for (std::sregex_iterator it(text.begin(), text.end(), kRead), end; it != end; ++it) {
        variables.insert((*it)[1]);
      }
    }
  }
  return variables;
}

TEST(ManualTextTest, NamesEveryVariableThatTheSourcesRead) {
  const auto read = VariablesOfTheSources();
  EXPECT_GT(read.size(), 5U);
  std::set<std::string> named;
  for (const ManualEntry& entry : EnvironmentVariables()) named.insert(entry.name);
  for (const std::string& variable : read) EXPECT_TRUE(named.contains(variable)) << variable;
}

}  // namespace
}  // namespace lrsweep
