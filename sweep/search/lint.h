// Finds schedules that do not do what their parameters say, before anything is trained.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// Returns a sentence for each finding, with a trial that has it and how many more schedules do;
/// what differs in a learning rate alone is one sentence. Each member of a composed schedule is
/// held against the ticks that it has itself, each schedule against those behind its warm-up. Found
/// are
/// - numbers of ticks that the run never reaches, what it cuts off in the middle, a horizon that is
///   not the run's length, a warm-up that lasts longer than the run;
/// - numbers that make sense only as epochs where steps are counted, or the reverse;
/// - a rate that never moves although no parameter asks for a constant one, that is next to zero
/// for
///   a good part of the run, or rises above ten times the optimizer's where the type is not meant
///   to;
/// - a cosine that rises because eta_min is above the rate;
/// - a plateau, or an objective, that waits for its metric to become worse; a plateau that cannot
/// act
///   within the run;
/// - axes and written parameters that change no rate of the run.
/// With a pruner, each schedule is also held against its rungs (rung_findings.h).
/// Examines the first 1,000 different schedules. `images`: ImagesPerEpoch. Throws ConfigError for a
/// schedule that cannot be built for the trial's length.
std::vector<std::string> Lint(const SearchSpace& space, int64_t images);

}  // namespace lrsweep
