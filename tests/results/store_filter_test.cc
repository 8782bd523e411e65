#include "results/store_filter.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

const std::vector<std::string> kColumns = {"scheduler", "max_lr", "T_max", "value"};

const std::vector<std::vector<Cell>> kRows = {
    {std::string("CyclicLR"), 0.05, {}, 0.97},
    {std::string("CyclicLR"), 0.1, {}, 0.98},
    {std::string("CosineAnnealingLR"), {}, int64_t{20}, 0.99},
    {std::string("O'Brien"), {}, {}, {}},
};

Cell CellAt(size_t row, const std::string& column) {
  const auto found = std::find(kColumns.begin(), kColumns.end(), column);
  return kRows[row].at(static_cast<size_t>(found - kColumns.begin()));
}

std::vector<size_t> Where(const std::string& condition, double seconds = 5) {
  return RowsWhere(condition, {kColumns}, kRows.size(), CellAt, seconds);
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
  std::set<std::string> asked;
  RowsWhere("VALUE > max_lr", {kColumns}, 1, [&](size_t row, const std::string& column) {
    asked.insert(column);
    return CellAt(row, column);
  });
  EXPECT_THAT(asked, ElementsAre("max_lr", "value"));
}

TEST(RowsWhere, PathsAndMetricsAreColumns) {
  const ConditionNames names = {kColumns, {{"scheduler.max_lr", "max_lr"}}};
  const auto where = [&](const std::string& condition) {
    return RowsWhere(condition, names, kRows.size(), [](size_t row, const std::string& column) {
      return column == "epochs_to(val_accuracy, 0.9)" ? Cell(static_cast<int64_t>(row))
                                                      : CellAt(row, column);
    });
  };
  EXPECT_THAT(where("scheduler.max_lr > 0.05"), ElementsAre(1));
  EXPECT_THAT(where("\"scheduler.max_lr\" < 0.07"), ElementsAre(0));
  EXPECT_THAT(where("epochs_to ( val_accuracy, .90 ) >= 2"), ElementsAre(2, 3));
  EXPECT_THAT(where("scheduler <> 'scheduler.max_lr' AND max_lr > 0.07"), ElementsAre(1));
}

TEST(RowsWhere, ADottedColumnNeedsNoQuotes) {
  const ConditionNames names = {{"schedulers.0.gamma", "value"}};
  const auto cell_of = [](size_t row, const std::string& column) {
    return column == "value" ? Cell(0.5) : Cell(static_cast<double>(row));
  };
  for (const char* condition :
       {"schedulers.0.gamma > 1", "\"schedulers.0.gamma\" > 1", "Schedulers.0.Gamma>1",
        "value = .5 and schedulers.0.gamma > 1.5", "schedulers.0.gamma > 1 and trials.value < 1"}) {
    EXPECT_THAT(RowsWhere(condition, names, 3, cell_of), ElementsAre(2)) << condition;
  }
  for (const char* condition : {"schedulers.0.gama > 1", "\"schedulers.0.gama\" > 1"}) {
    EXPECT_THAT([&] { RowsWhere(condition, names, 3, cell_of); },
                ThrowsMessage<std::invalid_argument>("--where: no such column: schedulers.0.gama"));
  }
  EXPECT_THAT(RowsWhere("\"a.text\" = 'a.text'", names, 1, cell_of), ElementsAre(0));
}

TEST(RowsWhere, AMetricsNameWithASlashOrAHyphenNeedsNoQuotes) {
  const std::vector<std::string> columns = {"val/top-5", "val/top", "val/top-5.acc", "top"};
  const auto where = [&](const std::string& condition) {
    ConditionNames names{columns};
    names.metrics = {{.name = "val/top-5", .better = Better::kMore}};
    return RowsWhere(condition, names, 2, [&](size_t row, const std::string& column) -> Cell {
      const auto found = std::find(columns.begin(), columns.end(), column);
      if (found == columns.end()) return row == 0 ? 3.0 : 5.0;  // a derived metric
      return static_cast<double>(10 * (found - columns.begin())) + static_cast<double>(row);
    });
  };
  EXPECT_THAT(where("val/top-5 = 1"), ElementsAre(1));
  EXPECT_THAT(where("VAL/TOP-5 < 1 and val/top = 10"), ElementsAre(0));
  EXPECT_THAT(where("val/top-5.acc = 21"), ElementsAre(1));
  EXPECT_THAT(where("\"val/top-5.acc\" = 21"), ElementsAre(1));
  EXPECT_THAT(where("\"val/top-5\" = 1"), ElementsAre(1));
  EXPECT_THAT(where("top-val/top-5 = 30"), ElementsAre(0, 1));
  EXPECT_THAT(where("epochs_to(val/top-5, 90) < 4"), ElementsAre(0));
  EXPECT_THROW(where("val/bottom > 1"), std::invalid_argument);
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

TEST(RowsWhere, IsStoppedWhenItNeedsTooMuchMemory) {
  const int64_t before = sqlite3_hard_heap_limit64(-1);
  try {
    RowsWhere(
        "(SELECT count(*) FROM (SELECT DISTINCT a.x * 9e9 + b.x * 3e5 + c.x "
        "FROM trials a, trials b, trials c)) > 0",
        {{"x"}}, 3'000,
        [](size_t row, const std::string&) { return Cell(static_cast<int64_t>(row)); }, 600);
    FAIL() << "no error";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("--where: it needs too much memory"));
  }
  EXPECT_THAT(ErrorOf("randomblob(1000000000) > 0"), HasSubstr("--where: "));
  EXPECT_THAT(ErrorOf("zeroblob(1000000000) > 0"), HasSubstr("--where: "));
  EXPECT_EQ(sqlite3_hard_heap_limit64(-1), before);
}

TEST(RowsWhere, ColumnsMayHaveQuotesInTheirNames) {
  EXPECT_THAT(
      RowsWhere("[a\"b] = 1", {{"a\"b"}}, 1, [](size_t, const auto&) { return Cell(int64_t{1}); }),
      ElementsAre(0));
}

/// The rows for which a RowCondition is true.
std::vector<size_t> OneByOne(const std::string& text) {
  RowCondition condition(text, {kColumns});
  std::vector<size_t> found;
  for (size_t row = 0; row < kRows.size(); ++row) {
    std::vector<Cell> cells;
    for (const std::string& column : condition.columns()) cells.push_back(CellAt(row, column));
    if (condition.IsTrue(cells)) found.push_back(row);
  }
  return found;
}

TEST(RowConditionTest, IsTrueOfTheRowsThatRowsWhereFinds) {
  for (const char* condition :
       {"scheduler = \"CyclicLR\" and max_lr > 0.05", "max_lr IS NULL", "T_MAX BETWEEN 10 AND 30",
        "scheduler LIKE 'c%' AND NOT value < 0.98", "scheduler = 'O''Brien'", "value > 1",
        "max_lr * 2 >= T_max or value", "trials.value > 0.97", "T_max < '3'", "1"}) {
    EXPECT_EQ(OneByOne(condition), Where(condition)) << condition;
  }
  EXPECT_THAT(OneByOne("max_lr IS NULL"), ElementsAre(2, 3));
}

TEST(RowConditionTest, SeesNoOtherRow) {
  EXPECT_THAT([] { OneByOne("value >= (SELECT max(value) FROM trials)"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("no such table: trials")));
  EXPECT_THAT([] { OneByOne("value >= max(value)"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("misuse of aggregate")));
}

TEST(RowConditionTest, RefusesWhatRowsWhereRefuses) {
  for (const char* condition : {"", "value >", "value = ?", "1) or (1", "random() > 0", "valu > 1",
                                "1; DELETE FROM trials"}) {
    EXPECT_THROW(OneByOne(condition), std::invalid_argument) << condition;
  }
}

}  // namespace
}  // namespace lrsweep
