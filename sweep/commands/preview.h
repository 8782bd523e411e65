// The schedules of a sweep before a second of training.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// A small chart per schedule with its range and its notable steps; trials that differ in anything
/// but their rates share one. At most `limit` charts (0: all). Throws as
/// ImagesPerEpoch does.
std::string PreviewText(const SearchSpace& space, size_t limit);

/// Writes `trial_id,scheduler,step,epoch,lr,momentum` and a line per optimizer step of each trial,
/// piece by piece, to `write`; false from it stops. Throws as above.
void PreviewCsv(const SearchSpace& space, const std::function<bool(const std::string&)>& write);

/// One chart of all schedules with axes in epochs and a legend. Throws as above.
std::string PreviewSvg(const SearchSpace& space);

}  // namespace lrsweep
