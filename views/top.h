// `lrsweep top`: the trials in order of place.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "results/store.h"

namespace lrsweep {

struct TopOptions {
  /// Not given: as the sweep's objective has it; the mode of another metric is NaturalMode.
  std::optional<std::string> metric = {}, mode = {}, scope = {};
  size_t limit = 20;  // rows; 0: all
};

/// A title, the table, and what it leaves out. Throws std::invalid_argument for an unknown metric,
/// mode or scope, with the known ones.
std::string TopText(const Store& store, const TopOptions& options = {});

/// {"name", "metric", "mode", "scope", "validation_images" (0: val_* is the test set; null: the
/// trials differ), "trials" (how many), "states": {state: count}, "ranked" (how many),
/// "ranking": [{"place", "value", and the columns of `trials`}]}. Throws as TopText.
std::string TopJson(const Store& store, const TopOptions& options = {});

}  // namespace lrsweep
