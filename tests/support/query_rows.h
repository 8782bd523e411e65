// Rows of a database, as text.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lrsweep {

/// The query's rows, columns joined by `between`.
inline std::vector<std::string> QueryRows(const std::filesystem::path& db, const std::string& sql,
                                          const std::string& between = " ") {
  const SQLite::Database database(db.string());
  SQLite::Statement query(database, sql);
  std::vector<std::string> rows;
  while (query.executeStep()) {
    std::string row;
    for (int i = 0; i < query.getColumnCount(); ++i) {
      row += (i > 0 ? between : "") + query.getColumn(i).getString();
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace lrsweep
