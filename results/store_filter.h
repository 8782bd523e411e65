// A condition in SQL on rows of named values, judged by SQLite itself, away from any database.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace lrsweep {

/// NULL, an integer, a real, a text.
using Cell = std::variant<std::monostate, int64_t, double, std::string>;

/// The cells of row `row` in the columns `columns` (indices, ascending).
using CellsOf = std::function<std::vector<Cell>(size_t row, const std::vector<size_t>& columns)>;

/// The rows, ascending, for which the SQL expression `condition` on `columns` holds. Only the cells
/// of columns that it names are asked for. It sees one table of these rows, in memory, and can read
/// that and call functions that compute; it is refused anything else: other tables, statements,
/// writing, attaching, loading, and running for longer than `seconds`. Texts may be in double
/// quotes, where no column has that name. Throws std::invalid_argument with what is wrong.
std::vector<size_t> RowsWhere(const std::string& condition, const std::vector<std::string>& columns,
                              size_t rows, const CellsOf& cells_of, double seconds = 5);

/// `name` as an SQL identifier.
std::string QuotedName(const std::string& name);

}  // namespace lrsweep
