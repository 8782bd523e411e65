// A sweep's tables for pandas, R, spreadsheets and scripts.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "results/ranking.h"
#include "results/store.h"
#include "views/exports/output.h"

namespace lrsweep {

/// The tables that there are: trials, epochs, steps, attempts, ranking, groups.
const std::vector<std::string>& ExportTables();

struct TableOptions {
  std::string format = "csv";  // as MakeRowWriter has it
  std::string table = "trials";
  Objective objective = {};  // of ranking and groups
  InterruptCheck interrupted = {};
};

/// Writes the rows of the table, under the names that the database has for its columns; parameters
/// of trials each in a column of its own (ParameterColumns). One trial at a time is in memory; of
/// `ranking` also the order. Throws ExportError where there is no row.
void WriteTable(const Store& store, const TableOptions& options, std::ostream& out);

}  // namespace lrsweep
