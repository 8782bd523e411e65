// Schedules that cannot do what they say: found before a second of training.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// A sentence for each finding, with the trials it holds for; the same one is said once. Looks at
/// the first 1,000 different schedules. Throws as ImagesPerEpoch does, and UsageError
/// for a schedule that cannot be built for the run's length.
///
/// Found are schedules that never move within the run, whose horizon differs from the run's length,
/// that count in epochs what look like steps or the reverse, whose rate reaches zero before the
/// end, or that rise above ten times the optimizer's rate without being meant to.
std::vector<std::string> Lint(const SearchSpace& space);

/// Says each finding on a line of its own, "lrsweep: warning: ...", if `out` is given. Throws
/// UsageError for the first one if `strict`, and as Lint does.
void ReportLint(const SearchSpace& space, bool strict, std::ostream* out);

}  // namespace lrsweep
