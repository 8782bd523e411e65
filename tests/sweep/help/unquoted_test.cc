#include "sweep/help/unquoted.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lrsweep {
namespace {

// What bash and zsh print for `printf %s WORD`.
TEST(UnquotedTest, IsTheWordThatAShellMakes) {
  EXPECT_EQ(Unquoted(""), "");
  EXPECT_EQ(Unquoted("plain-1.db"), "plain-1.db");
  EXPECT_EQ(Unquoted(R"(my\ sweep.db)"), "my sweep.db");
  EXPECT_EQ(Unquoted(R"("my sweep.db")"), "my sweep.db");
  EXPECT_EQ(Unquoted(R"('my \sweep.db')"), R"(my \sweep.db)");
  EXPECT_EQ(Unquoted(R"(it\'s" a '"'"b"')"), R"(it's a '"b")");
}

TEST(UnquotedTest, AWordThatIsBeingTypedMayEndAnywhere) {
  EXPECT_EQ(Unquoted(R"("my sw)"), "my sw");
  EXPECT_EQ(Unquoted(R"('my sw)"), "my sw");
  EXPECT_EQ(Unquoted(R"(my\)"), R"(my\)");
}

TEST(UnquotedTest, OnlyALeadingTildeIsTheHomeFolder) {
  setenv("HOME", "/home/some one", 1);
  EXPECT_EQ(Unquoted(R"(~/a\ b)"), "/home/some one/a b");
  EXPECT_EQ(Unquoted("'~/a'"), "~/a");
  EXPECT_EQ(Unquoted("a~/b"), "a~/b");
  unsetenv("HOME");
  EXPECT_EQ(Unquoted("~/a"), "~/a");
}

TEST(UnquotedTest, NothingIsExpandedOrRun) {
  EXPECT_EQ(Unquoted("$HOME/$(id)`id`*"), "$HOME/$(id)`id`*");
}

}  // namespace
}  // namespace lrsweep
