// What `lrsweep run` does before it trains (sweep/commands/sweep_store, run_sweep): the database of
// a configuration, and the source of its trials.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "results/store.h"
#include "sweep/search/search_space.h"
#include "sweep/search/trial_source.h"
#include "tests/simulation/world.h"

namespace lrsweep::simulation {

/// The trials of `space` that are played.
size_t CountOf(const World& world, const SearchSpace& space);

/// A new database of the space's trials, or of those that its search decides at first.
Store CreateStore(const World& world, const SearchSpace& space, const std::filesystem::path& path);

/// Opens the database, gives it the trials of the space, and makes failed ones pending again if
/// `retries`. Does not commit.
Store OpenStore(World& world, const SearchSpace& space, const std::filesystem::path& path,
                bool retries);

/// Every call of the source is an action of the coordinator's process.
std::unique_ptr<TrialSource> MakeSource(World& world, const SearchSpace& space, Store& store);

}  // namespace lrsweep::simulation
