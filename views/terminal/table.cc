#include "views/terminal/table.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "params/text.h"
#include "params/utf8.h"

namespace lrsweep {

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells, Tone tone) {
  if (cells.size() != columns_.size()) throw std::invalid_argument("a row of another width");
  for (std::string& cell : cells) cell = OneLine(cell);
  rows_.push_back({std::move(cells), tone});
}

std::string Table::Text(const Style& style) const {
  std::vector<std::string> titles;
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    widths.push_back(CountCharacters(titles[i]));
    for (const Row& row : rows_) widths[i] = std::max(widths[i], CountCharacters(row.cells[i]));
  }
  std::string text;
  const auto append = [&](const std::vector<std::string>& cells, Tone tone) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - CountCharacters(cells[i]), ' ');
      if (i > 0) line += "  ";
      line += columns_[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += style.Paint(tone, style.Fit(line)) + '\n';
  };
  append(titles, Tone::kHeading);
  for (const Row& row : rows_) append(row.cells, row.tone);
  return text;
}

}  // namespace lrsweep
