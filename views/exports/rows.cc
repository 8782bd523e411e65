#include "views/exports/rows.h"

#include <stdexcept>

namespace lrsweep {
namespace {

std::string Field(const Json& cell) {
  if (cell.is_null()) return "";
  std::string text = cell.is_string() ? ValidUtf8(cell.get<std::string>()) : Dump(cell);
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

class CsvWriter : public RowWriter {
 public:
  CsvWriter(const std::vector<std::string>& columns, std::ostream& out) : out_(out) {
    Add({columns.begin(), columns.end()});
  }

  void Add(const std::vector<Json>& cells) override {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += ',';
      // NaN and infinities are null to JSON.
      const bool none = cells[i].is_number_float() && Dump(cells[i]) == "null";
      if (!none) line += Field(cells[i]);
    }
    out_ << line << '\n';
  }

 private:
  std::ostream& out_;
};

class JsonWriter : public RowWriter {
 public:
  JsonWriter(const std::vector<std::string>& columns, std::ostream& out, bool lines)
      : columns_(columns), out_(out), lines_(lines) {
    if (!lines_) out_ << '[';
  }

  void Add(const std::vector<Json>& cells) override {
    std::string row = "{";
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) row += ',';
      row += Dump(Json(columns_[i])) + ':' + Dump(cells[i]);
    }
    if (!lines_) out_ << (first_ ? "\n" : ",\n");
    first_ = false;
    out_ << row << (lines_ ? "}\n" : "}");
  }

  void End() override {
    if (!lines_) out_ << "\n]\n";
  }

 private:
  std::vector<std::string> columns_;
  std::ostream& out_;
  bool lines_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<RowWriter> MakeRowWriter(const std::string& format,
                                         const std::vector<std::string>& columns,
                                         std::ostream& out) {
  if (format == "csv") return std::make_unique<CsvWriter>(columns, out);
  if (format == "json" || format == "jsonl") {
    return std::make_unique<JsonWriter>(columns, out, format == "jsonl");
  }
  throw std::invalid_argument("no format of rows: " + format);
}

}  // namespace lrsweep
