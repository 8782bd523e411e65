// Writers of rows: CSV, one JSON array, or JSON Lines. Each row is written at once.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "views/json_rows.h"

namespace lrsweep {

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  /// One cell for each column: null, a boolean, a number, a text or a list.
  virtual void Add(const std::vector<Json>& cells) = 0;
  /// After the last row.
  virtual void End() {}
};

/// `format`: "csv" (RFC 4180's quoting, lines end with \n; null is an empty field, an empty text is
/// "", a list is its JSON), "json" (an array of objects) or "jsonl" (an object on each line). Reals
/// are in the shortest form that reads back to the same double. Bytes that are not UTF-8 are
/// replaced by U+FFFD. Writes the header at once. `out` must outlive the writer.
std::unique_ptr<RowWriter> MakeRowWriter(const std::string& format,
                                         const std::vector<std::string>& columns,
                                         std::ostream& out);

}  // namespace lrsweep
