// A sweep's tables as CSV and JSON, for pandas, R, spreadsheets and scripts.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "results/ranking.h"
#include "results/store.h"
#include "views/exports/output.h"

namespace lrsweep {

/// trials, epochs, steps, attempts, ranking, groups.
std::vector<std::string> ExportTables();

struct TableOptions {
  std::string format = "csv";  // as MakeRowWriter has it
  std::string table = "trials";
  Objective objective = {};  // of ranking and groups
  InterruptCheck interrupted = {};
};

/// Writes the table under the database's names for its columns; each parameter has a column of its
/// own (ParameterColumns); `ranking` and `groups` have `test_value` where images are held back.
/// Only one trial at a time is in memory, and for `ranking` the order. Throws ExportError where
/// there is no row.
void WriteTable(const Store& store, const TableOptions& options, std::ostream& out);

}  // namespace lrsweep
