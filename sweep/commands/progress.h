// The progress of a running sweep, as `lrsweep run` prints it.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "sweep/coordinator/progress_view.h"

namespace lrsweep {

enum class Verbosity { kQuiet, kNormal, kVerbose };

/// The view for `out`. kQuiet prints nothing. kNormal redraws a block of lines on a terminal, and
/// prints a line per finished trial to a file or pipe. kVerbose prints a line per finished trial
/// and per epoch; a sweep of one trial does so by default. Warnings go to `err`. `with_epochs`: as
/// ShortText.
std::unique_ptr<ProgressView> MakeProgressView(Verbosity verbosity, int64_t trials,
                                               bool with_epochs, std::FILE* out,
                                               std::FILE* err = stderr);

}  // namespace lrsweep
