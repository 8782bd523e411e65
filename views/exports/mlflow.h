// A sweep as a file store of MLflow (`mlruns`).
#pragma once

#include <filesystem>

#include "views/exports/runs.h"

namespace lrsweep {

/// Fills the empty `folder`, which is then moved to `target` (absolute), with an experiment of the
/// sweep's name. It has a run for each trial that has recorded an epoch, with all its parameters,
/// its metrics over epochs (and steps), and tags. Characters that MLflow does not allow in names
/// become "_". Throws ExportError, ExportInterrupted, std::filesystem::filesystem_error.
void WriteMlflow(const Store& store, const std::filesystem::path& folder,
                 const std::filesystem::path& target, const RunOptions& options);

}  // namespace lrsweep
