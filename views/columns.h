// Tables of columns: a column is one row, its name and how its cell is read.
// Headers, CSV rows and JSON objects follow from it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "params/find_by_name.h"
#include "params/json_value.h"

namespace lrsweep {

/// The names of the rows in a table whose rows have a `name`, in their order.
template <typename Row>
std::vector<std::string> AllNames(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(row.name);
  return names;
}

template <typename Row>
struct Column {
  std::string name;
  std::function<Json(const Row&)> cell;
};

template <typename Row>
using Columns = std::vector<Column<Row>>;

template <typename Row>
std::vector<Json> ReadCells(const Row& row, const Columns<Row>& columns) {
  std::vector<Json> cells;
  cells.reserve(columns.size());
  for (const Column<Row>& column : columns) cells.push_back(column.cell(row));
  return cells;
}

/// {name: cell} of every column.
template <typename Row>
Json ObjectOf(const Row& row, const Columns<Row>& columns) {
  Json object = Json::object();
  for (const Column<Row>& column : columns) object[column.name] = column.cell(row);
  return object;
}

/// The columns of these names, in this order. Throws std::out_of_range for an unknown one.
template <typename Row>
Columns<Row> Picked(const Columns<Row>& columns, const std::vector<std::string>& names) {
  Columns<Row> picked;
  for (const std::string& name : names) {
    const Column<Row>* column = FindByName(columns, name);
    if (column == nullptr) throw std::out_of_range("no column " + name);
    picked.push_back(*column);
  }
  return picked;
}

}  // namespace lrsweep
