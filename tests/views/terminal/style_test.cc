#include "views/terminal/style.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/program.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

constexpr Style kColoured{.columns = 0, .colour = true};

TEST(StyleTest, PaintsOnlyWhereThereIsColour) {
  EXPECT_EQ(kColoured.Paint(Tone::kBest, "first"), "\x1b[32mfirst\x1b[0m");
  EXPECT_EQ(kColoured.Paint(Tone::kPlain, "any"), "any");
  EXPECT_EQ(kColoured.Paint(Tone::kBad, ""), "");
  EXPECT_EQ(Style{}.Paint(Tone::kBest, "first"), "first");
}

TEST(StyleTest, LinesEndAtTheTerminalsWidth) {
  const Style narrow{.columns = 4};
  EXPECT_EQ(narrow.Fit("abcd"), "abcd");
  EXPECT_EQ(narrow.Fit("abcde"), "abc…");
  EXPECT_EQ(narrow.Fit("éééé"), "éééé");
  EXPECT_EQ(narrow.Fit("ééééé"), "ééé…");
  EXPECT_EQ(narrow.Narrower(2).Fit("abcd"), "a…");
  EXPECT_EQ(Style{}.Fit("as long as it likes"), "as long as it likes");
}

TEST(StyleTest, FilesAndPipesArePlain) {
  std::FILE* file = std::tmpfile();
  const Style style = StyleFor(file);
  EXPECT_FALSE(style.colour);
  EXPECT_EQ(style.columns, 0);
  std::fclose(file);
}

TEST(StyleTest, TablesPaintWholeLinesAndKeepTheirColumns) {
  Table table({{"id"}, {"value", Table::Align::kRight}});
  table.AddRow({"a", "0.5"}, Tone::kBest);
  table.AddRow({"bbb", "\x1b[31m"});  // a cell cannot bring codes of its own
  EXPECT_EQ(table.Text(kColoured),
            "\x1b[1mid   value\x1b[0m\n\x1b[32ma      0.5\x1b[0m\nbbb   [31m\n");
  EXPECT_EQ(table.Text({.columns = 6}), "id   …\na    …\nbbb  …\n");
}

}  // namespace
}  // namespace lrsweep
