// `lrsweep status`: the progress of a sweep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/store.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// The sweep, its trials by state, the best one so far, what a user's program left on disk, running
/// and failed trials, and the workers that get no trials any more. `db`: the database's path.
/// `most_trials`: how many there are at most, of a search that has not decided all of them yet.
std::string StatusText(const Store& store, const std::string& db, const Style& style,
                       const std::optional<int64_t>& most_trials = {});

/// A summary in one line, without times: it changes only when something has happened.
std::string StatusLine(const Store& store, const std::optional<int64_t>& most_trials = {});

/// {"name", "created_at", "version", "engine", "journal" ("wal" or "delete"), "metric", "mode",
/// "scope", "trials" (how many), "trials_at_most" (with those that a search may still decide),
/// "states": {state: count}, "diverged" (how many), "epochs_done",
/// "epochs_trained" (each training once, as in "wall_seconds_trained"), "wall_seconds",
/// "wall_seconds_trained", "elapsed_seconds", "best": {"place", "value", and the columns of
/// `trials`} or null, "running":
/// [{"trial_id", "scheduler", "worker", "host", "device", "started_at", "epochs_done"}], "failed":
/// [{"trial_id", "scheduler", "error"}], "excluded_workers": [{"worker", "host", "device",
/// "reason"}], "on_disk": {"folder", "trials" (how many have a folder), "bytes", "complete" (false:
/// measuring took too long, there are more bytes)} or null where no user's program is trained}.
std::string StatusJson(const Store& store, const std::string& db,
                       const std::optional<int64_t>& most_trials = {});

/// The same object on one line.
std::string StatusJsonLine(const Store& store, const std::string& db,
                           const std::optional<int64_t>& most_trials = {});

}  // namespace lrsweep
