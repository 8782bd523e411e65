// The page around a report's data: one HTML file with everything in it.
#pragma once

#include <string>

namespace lrsweep {

/// The page that shows `json` (report_data.h) under `title`: style, D3, scripts and data inline.
/// A Content-Security-Policy names style and scripts by their hashes and forbids all else, network
/// included. Neither `title` nor `json` can leave its place, whatever text they hold.
std::string MakePage(const std::string& title, const std::string& json);

}  // namespace lrsweep
