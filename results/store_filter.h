// Filters rows by a condition in SQL, evaluated by SQLite on a table in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "trial/metrics.h"

namespace lrsweep {

/// NULL, an integer, a real, a text.
using Cell = std::variant<std::monostate, int64_t, double, std::string>;

/// The value of a parameter's text (trial_labels.h); true and false are 1 and 0.
Cell ToCell(const std::string& text);

/// The cell of a row in a column.
using CellOf = std::function<Cell(size_t row, const std::string& column)>;

/// What a condition may name.
struct ConditionNames {
  std::vector<std::string> columns;
  std::map<std::string, std::string> column_by_path;  // "optimizer.lr" is the column "lr"
  MetricTable metrics = BuiltInMetrics();             // what derived metrics may be of
};

/// The rows, ascending, for which the SQL expression `condition` is true. Texts may be in double
/// quotes where no column has that name. A column "val/top-5" may stand without quotes, too, and is
/// then no division. A derived metric ("epochs_to(val_accuracy, 0.975)") is a
/// column under its canonical name. `cell_of` is asked only for columns that the condition names.
///
/// The condition sees one table `trials` of these rows, and functions that compute. Refuses
/// everything else (other tables, statements, writing files), more than `seconds`, and more than
/// 64 MiB of memory. Throws std::invalid_argument that says what is wrong.
std::vector<size_t> RowsWhere(const std::string& condition, const ConditionNames& names,
                              size_t rows, const CellOf& cell_of, double seconds = 1);

/// Tells of one row after another whether such a condition is true. It sees the row alone, so that
/// the answer depends on no other. Not thread-safe.
class RowCondition {
 public:
  /// Throws std::invalid_argument that says what is wrong with the condition.
  RowCondition(const std::string& condition, const ConditionNames& names);
  ~RowCondition();
  RowCondition(const RowCondition&) = delete;
  RowCondition& operator=(const RowCondition&) = delete;

  /// The columns that the condition names.
  const std::vector<std::string>& columns() const;
  /// `cells`: the row's, of these columns. Throws as the constructor.
  bool IsTrue(const std::vector<Cell>& cells);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lrsweep
