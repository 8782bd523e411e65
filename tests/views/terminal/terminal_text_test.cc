#include "views/terminal/terminal_text.h"

#include <gtest/gtest.h>

namespace lrsweep {
namespace {

std::string Shown(const std::string& text) {
  TerminalText shown;
  const std::string begin = shown.Add(text);
  return begin + shown.Finish();
}

TEST(TerminalTextTest, ControlCharactersAreShownAndNotSent) {
  EXPECT_EQ(Shown("\x1b[31mred\x1b[0m \x07\x7f"), "^[[31mred^[[0m ^G^?");
  EXPECT_EQ(Shown("\x1b]0;title\x1b\\"), "^[]0;title^[\\");
  EXPECT_EQ(Shown(std::string("a\0b", 3)), "a^@b");
  // C1 controls, which some terminals obey: as UTF-8, and as the byte alone.
  EXPECT_EQ(Shown("\xc2\x9b"
                  "31m"),
            "\xef\xbf\xbd"
            "31m");
  EXPECT_EQ(Shown("\x9b"
                  "31m"),
            "\xef\xbf\xbd"
            "31m");
}

TEST(TerminalTextTest, LinesTabsAndProgressBarsStay) {
  EXPECT_EQ(Shown(" 10%|#\r 20%|##\n\tdone\n"), " 10%|#\r 20%|##\n\tdone\n");
}

TEST(TerminalTextTest, CharactersOfEveryLengthStay) {
  const std::string text = "a \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80";
  EXPECT_EQ(Shown(text), text);
}

TEST(TerminalTextTest, WhatIsNotUtf8IsReplaced) {
  const std::string replaced = "\xef\xbf\xbd";
  EXPECT_EQ(Shown("a\xff"
                  "b"),
            "a" + replaced + "b");
  EXPECT_EQ(Shown("\xe2\x82"
                  "b"),
            replaced + "b");                          // cut short by another character
  EXPECT_EQ(Shown("\xe2\x82"), replaced);             // by the end
  EXPECT_EQ(Shown("\xed\xa0\x80"), replaced);         // a surrogate
  EXPECT_EQ(Shown("\xe0\x80\x80"), replaced);         // overlong
  EXPECT_EQ(Shown("\xf4\x90\x80\x80"), replaced);     // beyond the last code point
  EXPECT_EQ(Shown("\xc0\x80"), replaced + replaced);  // begins no character
}

TEST(TerminalTextTest, PiecesMayEndAnywhere) {
  const std::string text = "\xe2\x82\xac \x1b[0m \xf0\x9f\x98\x80 \xff|\xe2\x82";
  const std::string whole = Shown(text);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    TerminalText shown;
    std::string pieces = shown.Add(text.substr(0, cut));
    pieces += shown.Add(text.substr(cut));
    pieces += shown.Finish();
    EXPECT_EQ(pieces, whole) << cut;
  }
}

}  // namespace
}  // namespace lrsweep
