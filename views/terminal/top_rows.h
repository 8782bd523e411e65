// The rows that `lrsweep top` lists: trials or groups, filtered, in order of place.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "analysis/groups.h"
#include "analysis/ranked_sweep.h"
#include "views/json_rows.h"
#include "views/terminal/named_rows.h"
#include "views/terminal/top.h"

namespace lrsweep {

struct ShownColumn {
  std::string name;  // in the rows
  std::string title;
};

struct TopRows {
  NamedRows rows;  // their first column is the place
  std::vector<ShownColumn> columns;
  std::vector<std::string>
      asked;        // columns that the options name: --columns, or the front's metrics
  size_t more = 0;  // rows that the limit left out

  int64_t Place(size_t row) const { return std::get<int64_t>(rows.Row(row).fixed.front()); }
};

/// The trials of `ranked`, which must have read as many as the options need.
TopRows TrialRows(const Store& store, const RankedSweep& ranked, const TopOptions& options);

TopRows GroupRows(const Store& store, const std::vector<RankedGroup>& groups,
                  const Objective& objective, const TopOptions& options);

/// A row with all its columns: of a trial, with its range test, or of a group.
Json RowJson(const Store& store, const RankedRow& row);
Json RowJson(const RankedGroup& group, const Objective& objective);

/// The two metrics of "A, B", canonical. Throws std::invalid_argument.
std::vector<std::string> ParetoMetrics(const std::string& text, const MetricTable& table);

}  // namespace lrsweep
