// `lrsweep export`: a sweep in the formats of other tools.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "analysis/ranked_sweep.h"
#include "results/store.h"
#include "views/exports/output.h"

namespace lrsweep {

/// csv, json, jsonl, tensorboard, mlflow, svg, png.
std::vector<std::string> ExportFormats();

struct ExportOptions {
  std::string format;
  std::string table = "trials";            // of csv, json, jsonl
  std::string output;                      // a file, or a folder for the others; empty: `out`
  ObjectiveOptions objective = {};         // of ranking, groups, svg, png
  std::optional<size_t> step_points = {};  // RunOptions
  InterruptCheck interrupted = {};
};

/// Writes the export. Unless that goes to `out` itself, prints there what was written where. Throws
/// ExportError, ExportInterrupted, std::filesystem::filesystem_error for a failed write, and
/// std::invalid_argument for an unknown metric; then nothing is left behind.
void Export(const Store& store, const ExportOptions& options, std::ostream& out);

}  // namespace lrsweep
