// A simulated sweep, from its first run until it is over.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace lrsweep::simulation {

struct SweepResult {
  std::optional<std::string> violation;
  Counts counts;
  std::vector<std::string> history;  // if it was asked for
  double simulated_seconds = 0;
  uint64_t fingerprint = 0;  // of the final database, times included
};

/// Simulates the sweep in an empty folder, which it leaves empty.
SweepResult Simulate(const Scenario& scenario, const Limits& limits,
                     const std::filesystem::path& folder, bool keeps_history = false);

}  // namespace lrsweep::simulation
