// What a person sees while a sweep runs.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "sweep/coordinator/progress_view.h"

namespace lrsweep {

enum class Verbosity { kQuiet, kNormal, kVerbose };

/// A live view on a terminal, else a line per finished trial; kVerbose: a line per epoch too, which
/// is also what a sweep of one trial gets; kQuiet: nothing. Writes to `out`.
std::unique_ptr<ProgressView> MakeProgressView(Verbosity verbosity, int64_t trials, std::FILE* out);

}  // namespace lrsweep
