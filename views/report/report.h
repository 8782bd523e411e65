// `lrsweep report`: one HTML file that shows sweeps, to be opened from disk and sent around.
#pragma once

#include <filesystem>
#include <vector>

#include "views/report/report_data.h"

namespace lrsweep {

/// Writes the page to `path`, replacing a file of that name only by a complete one. Throws
/// std::invalid_argument where that folder cannot be written, or as ReadReportInput;
/// std::filesystem::filesystem_error for a failed write.
void WriteReport(const std::filesystem::path& path, const std::vector<ReportSource>& sources,
                 const ReportOptions& options);

}  // namespace lrsweep
