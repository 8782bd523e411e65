// `lrsweep report`: one HTML file that shows sweeps, to be opened from disk and sent around.
#pragma once

#include <filesystem>
#include <vector>

#include "views/report/report_data.h"

namespace lrsweep {

/// Writes the page to `path`, which appears whole or stays as it was; what was there is replaced.
/// Throws std::invalid_argument where that folder cannot be written, or as ReadReportInput;
/// std::filesystem::filesystem_error where the disk would not do.
void WriteReport(const std::filesystem::path& path, const std::vector<ReportSource>& sources,
                 const ReportOptions& options);

}  // namespace lrsweep
