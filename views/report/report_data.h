// The data of a report's page, as one JSON text.
#pragma once

#include <string>
#include <vector>

#include "views/report/report_input.h"

namespace lrsweep {

struct ReportOptions {
  ObjectiveOptions objective = {};
  /// Seconds after which the page reloads itself; 0: never.
  int reload_seconds = 0;
  std::string version = {};  // of this program
};

struct ReportData {
  std::string title;
  /// {"generated_at", "version", "reload_seconds", "objective", "metrics" (name,
  /// label of an axis, whether more is better, whether that is known, whether no value is below 0,
  /// and whether it is a share), "t95" (Student's t for
  /// 1, 2, ... degrees of freedom), "sweeps": [...], "trials", "groups",
  /// "axes", "epochs", "steps", "attempts", "lineage"}. The last seven are described in
  /// trial_columns.h, curve_columns.h, attempt_columns.h and lineage_columns.h.
  std::string json;
};

/// Throws std::invalid_argument as ReadReportInput.
ReportData MakeReportData(const std::vector<ReportSource>& sources, const ReportOptions& options);

}  // namespace lrsweep
