// What `lrsweep top` lists: trials or groups, chosen and in order.
#pragma once

#include <string>
#include <vector>

#include "views/groups.h"
#include "views/json_rows.h"
#include "views/named_rows.h"
#include "views/ranked_sweep.h"
#include "views/top.h"

namespace lrsweep {

struct ShownColumn {
  std::string name;  // in the rows
  std::string title;
};

struct TopRows {
  NamedRows rows;
  std::vector<ShownColumn> columns;
  std::vector<Json> json;  // a whole row each
  size_t more = 0;         // rows that the limit left out
};

/// The trials of `ranked`, which has all that are needed.
TopRows TrialRows(const Store& store, const RankedSweep& ranked, const TopOptions& options);

TopRows GroupRows(const Store& store, const std::vector<RankedGroup>& groups,
                  const Objective& objective, const TopOptions& options);

/// The two metrics of "A, B", canonical. Throws std::invalid_argument.
std::vector<std::string> ParetoMetrics(const std::string& text);

}  // namespace lrsweep
