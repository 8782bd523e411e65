// A sweep as a log directory of TensorBoard.
#pragma once

#include <filesystem>

#include "views/exports/runs.h"

namespace lrsweep {

/// Fills the empty `folder`: a run for each trial that has recorded an epoch, in a folder named
/// after what tells it apart and its id, with scalars over epochs (and steps); and the table of the
/// HPARAMS tab, whose columns are the parameters that are not the same in all trials. Throws
/// ExportError, ExportInterrupted, std::filesystem::filesystem_error.
void WriteTensorBoard(const Store& store, const std::filesystem::path& folder,
                      const RunOptions& options);

}  // namespace lrsweep
