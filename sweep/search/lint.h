// Finds schedules that do not do what their parameters say, before anything is trained.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// Returns a sentence for each finding, with a trial that has it and how many more schedules do.
/// Finds schedules that
/// - never move within the run;
/// - have a horizon that differs from the run's length;
/// - count in epochs what looks like steps, or the reverse;
/// - have a rate of zero before the end;
/// - rise above ten times the optimizer's rate, unless their type is meant to.
/// Examines the first 1,000 different schedules. `images`: ImagesPerEpoch. Throws UsageError for a
/// schedule that cannot be built for the trial's length.
std::vector<std::string> Lint(const SearchSpace& space, int64_t images);

}  // namespace lrsweep
