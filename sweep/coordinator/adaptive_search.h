// The search of a configuration that does not train all trials of its space to the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "results/store.h"
#include "sweep/search/adaptive_source.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

/// Whether values decide which trials are trained, and how far.
bool IsAdaptive(const SweepConfig& config);

/// The search of an adaptive configuration, that of `space`, as far as the values in `store` lead
/// by the sweep's objective. The arguments must outlive it.
std::unique_ptr<AdaptiveSource> MakeAdaptiveSource(const SearchSpace& space, const Store& store);

/// How many trials an adaptive search has at most, those included that values have not decided yet.
/// Without a race it is their number. None for other configurations, and before the search has
/// decided its first trials. `store`: the database of the search.
std::optional<int64_t> MostTrials(const SweepConfig& config, const Store& store);

}  // namespace lrsweep
