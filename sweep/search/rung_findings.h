// What a pruner's rungs do to schedules, found before anything is trained.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/search/schedule_findings.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

/// The budgets below the whole run at which shortened trials of the space are trained; none without
/// a pruner, or where its rungs are truncated.
std::vector<int64_t> ShortenedBudgets(const SearchSpace& space);

/// What the schedule of a full-length trial does not do at these budgets: numbers of ticks that do
/// not shrink with the run, so that the schedule is cut and not shortened; a warm-up that does not
/// end; of a schedule that is written in shares, whatever FindingsOf finds at a budget alone.
/// `images` and `metrics` as there. Throws std::invalid_argument, with the budget, where the
/// schedule cannot be built for one of them.
std::vector<ScheduleFinding> RungFindings(const Trial& trial, const std::vector<int64_t>& budgets,
                                          int64_t images, const MetricTable& metrics);

/// For truncated rungs, the types of schedules whose rates have not come down at the first rung: a
/// sentence; none where there is nothing to say. The schedules of the space can be built.
std::vector<std::string> TruncationFindings(const SearchSpace& space, int64_t images);

}  // namespace lrsweep
