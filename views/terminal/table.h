// Tables for people: aligned columns of plain text.
#pragma once

#include <string>
#include <vector>

#include "views/terminal/style.h"

namespace lrsweep {

class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns);

  /// One cell for each column; throws std::invalid_argument otherwise.
  void AddRow(std::vector<std::string> cells, Tone tone = Tone::kPlain);

  /// The titles and the rows, a line each, with two spaces between columns and none at a line's
  /// end. Lines are cut to the terminal's width.
  std::string Text(const Style& style = {}) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Tone tone;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace lrsweep
