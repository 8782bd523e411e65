// Tables for people: aligned columns of plain text.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

/// `text` on one line that cannot steer a terminal: control characters become spaces.
std::string OneLine(const std::string& text);

/// The first line of `text`, as OneLine.
std::string FirstLine(const std::string& text);

class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns);

  /// One cell for each column; throws std::invalid_argument otherwise.
  void AddRow(std::vector<std::string> cells);

  /// The titles and the rows, a line each, two spaces between columns, none at a line's end.
  std::string Text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lrsweep
