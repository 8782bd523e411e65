// `lrsweep status`: how far a sweep is.
#pragma once

#include <string>

#include "results/store.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// What the sweep is, its trials by state, the best so far, what failed, what runs.
std::string StatusText(const Store& store, const Style& style);

/// The same in one line, without what changes by itself: equal where nothing has happened.
std::string StatusLine(const Store& store);

/// {"name", "created_at", "version", "engine", "journal" ("wal" or "delete"), "metric", "mode",
/// "scope", "trials" (how many), "states": {state: count}, "diverged" (how many), "epochs_done",
/// "elapsed_seconds", "best": {"place", "value", and the columns of `trials`} or null, "running":
/// [{"trial_id", "scheduler", "worker", "host", "device", "started_at", "epochs_done"}], "failed":
/// [{"trial_id", "scheduler", "error"}]}.
std::string StatusJson(const Store& store);

/// The same object on one line.
std::string StatusJsonLine(const Store& store);

}  // namespace lrsweep
