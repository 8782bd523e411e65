// `lrsweep preview`: the schedules of a configuration, drawn or as numbers. Nothing is trained.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// A small chart of each different schedule with its range and its notable steps, and how many
/// trials have it. At most `limit` charts (0: all). Throws as ImagesPerEpoch.
std::string PreviewText(const SearchSpace& space, size_t limit);

/// The header `trial_id,scheduler,step,epoch,lr,momentum` and a line per optimizer step of each
/// trial; steps count from 0, epochs from 1. Calls `write` with one piece after another, until it
/// returns false. Throws as ImagesPerEpoch.
void PreviewCsv(const SearchSpace& space, const std::function<bool(const std::string&)>& write);

/// One SVG chart of all schedules over epochs, with a legend. Throws as ImagesPerEpoch.
std::string PreviewSvg(const SearchSpace& space);

}  // namespace lrsweep
