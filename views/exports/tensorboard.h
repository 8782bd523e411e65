// A sweep as a log directory of TensorBoard.
#pragma once

#include <filesystem>

#include "views/exports/runs.h"

namespace lrsweep {

/// Fills the empty `folder` with a run for each trial that has recorded an epoch, and with the
/// table of the HPARAMS tab. A run's folder is named by scheduler, varying parameters and id, and
/// has scalars over epochs (and steps). The table's columns are the parameters that are not the
/// same in all trials. Throws ExportError, ExportInterrupted, std::filesystem::filesystem_error.
void WriteTensorBoard(const Store& store, const std::filesystem::path& folder,
                      const RunOptions& options);

}  // namespace lrsweep
