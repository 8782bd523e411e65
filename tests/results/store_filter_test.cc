#include "results/store_filter.h"

#include <gmock/gmock.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kColumns = {"scheduler", "max_lr", "T_max", "value"};

const std::vector<std::vector<Cell>> kRows = {
    {std::string("CyclicLR"), 0.05, {}, 0.97},
    {std::string("CyclicLR"), 0.1, {}, 0.98},
    {std::string("CosineAnnealingLR"), {}, int64_t{20}, 0.99},
    {std::string("O'Brien"), {}, {}, {}},
};

std::vector<size_t> Where(const std::string& condition, double seconds = 5) {
  return RowsWhere(
      condition, kColumns, kRows.size(),
      [](size_t row, const std::vector<size_t>& columns) {
        std::vector<Cell> cells;
        for (const size_t column : columns) cells.push_back(kRows[row][column]);
        return cells;
      },
      seconds);
}

std::string ErrorOf(const std::string& condition, double seconds = 5) {
  try {
    Where(condition, seconds);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(RowsWhere, HoldsAsInSql) {
  EXPECT_THAT(Where("scheduler = \"CyclicLR\" and max_lr > 0.05"), ElementsAre(1));
  EXPECT_THAT(Where("scheduler = 'CyclicLR'"), ElementsAre(0, 1));
  EXPECT_THAT(Where("max_lr IS NULL"), ElementsAre(2, 3));
  EXPECT_THAT(Where("T_MAX BETWEEN 10 AND 30"), ElementsAre(2));
  EXPECT_THAT(Where("scheduler LIKE 'c%' AND NOT value < 0.98"), ElementsAre(1, 2));
  EXPECT_THAT(Where("scheduler = 'O''Brien'"), ElementsAre(3));
  EXPECT_THAT(Where("value >= (SELECT max(value) FROM trials)"), ElementsAre(2));
  EXPECT_THAT(Where("value > 1"), IsEmpty());
}

TEST(RowsWhere, AsksForTheNamedColumnsOnly) {
  std::vector<size_t> asked;
  RowsWhere("VALUE > max_lr", kColumns, 1, [&](size_t, const std::vector<size_t>& columns) {
    asked = columns;
    return std::vector<Cell>{0.1, 0.9};
  });
  EXPECT_THAT(asked, ElementsAre(1, 3));
}

TEST(RowsWhere, MistakesAreSentences) {
  EXPECT_THAT(ErrorOf("max_lrr > 1"), HasSubstr("--where: no such column: max_lrr"));
  EXPECT_THAT(ErrorOf("max_lr >"), HasSubstr("syntax error"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("it is empty"));
  EXPECT_THAT(ErrorOf("max_lr > 'x"), HasSubstr("a quote ' that does not end"));
  EXPECT_THAT(ErrorOf("(max_lr > 1"), HasSubstr("a ( without its )"));
  EXPECT_THAT(ErrorOf("max_lr > ?"), HasSubstr("a value is expected"));
  EXPECT_THAT(ErrorOf(std::string(20'000, '1')), HasSubstr("longer than"));
  EXPECT_THAT(ErrorOf(std::string("1\0 = 1", 6)), HasSubstr("one condition"));
}

TEST(RowsWhere, NothingElseIsReadOrDone) {
  for (const char* condition :
       {"(SELECT count(*) FROM sqlite_master) > 0", "(SELECT count(*) FROM sqlite_schema) > 0",
        "(SELECT count(*) FROM pragma_table_list) > 0", "load_extension('x')",
        "(SELECT count(*) FROM json_each('[1]')) > 0", "randomblob(10) > 0",
        "EXISTS (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT * FROM r)",
        "readfile('/etc/passwd') > ''", "sqlite_version() > ''",
        "(SELECT value FROM main.sqlite_temp_master)"}) {
    EXPECT_THAT(ErrorOf(condition), HasSubstr("--where: ")) << condition;
  }
  for (const char* condition :
       {"1; DROP TABLE trials", "1) UNION SELECT 1 --", "1) UNION SELECT 1 FROM trials WHERE (1",
        "1 /* and", "ATTACH 'x' AS y", "1 = 1) OR (1", "PRAGMA query_only = OFF"}) {
    EXPECT_THAT(ErrorOf(condition), HasSubstr("--where: ")) << condition;
  }
}

TEST(RowsWhere, WritesNoFile) {
  const TempFolder folder;
  const std::string file = (folder / "made").string();
  ErrorOf("1; ATTACH '" + file + "' AS made; CREATE TABLE made.t (x)");
  ErrorOf("(ATTACH '" + file + "' AS made)");
  ErrorOf("(VACUUM INTO '" + file + "')");
  EXPECT_FALSE(std::ifstream(file).good());
}

TEST(RowsWhere, IsStoppedWhenItTakesTooLong) {
  std::string slow = "(SELECT count(*) FROM trials a, trials b, trials c, trials d";
  for (int i = 0; i < 16; ++i) slow += ", trials t" + std::to_string(i);
  EXPECT_THAT(ErrorOf(slow + ") > 0", 0.05), HasSubstr("it takes too long"));
}

TEST(RowsWhere, NamesAreQuoted) { EXPECT_EQ(QuotedName("a\"b"), "\"a\"\"b\""); }

}  // namespace
}  // namespace lrsweep
