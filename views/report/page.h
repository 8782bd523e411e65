// The page around a report's data: one HTML file with everything in it.
#pragma once

#include <string>

namespace lrsweep {

/// The page that shows `json` (report_data.h) under `title`: style, D3, scripts and data inline.
/// A Content-Security-Policy names style and scripts by their hashes and forbids all else, network
/// included. `title` and `json` may hold any text: it is escaped.
std::string MakePage(const std::string& title, const std::string& json);

}  // namespace lrsweep
