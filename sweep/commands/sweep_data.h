// The data set of a sweep: its files for training, its size for planning.
#pragma once

#include <cstdint>

#include "data/dataset_source.h"
#include "params/value.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// Replaces the data set's name by what it stands for: "MNIST" by "mnist", a leading ~ by the
/// user's home folder. A folder of exactly that name stays. Throws ConfigError for a name that is
/// neither a path nor that of a folder or a known data set.
void ResolveDatasetName(SweepConfig& config);

/// Finds and loads the data set of a trial's parameters (`dataset.name`), downloading a known one
/// if needed; unless `quiet`, stderr tells what takes time. Throws DataError.
SourcedDataset FindData(const Map& params, bool quiet);

/// The images of every trial's epoch: the data set's training images less those held back for
/// validation. Of a data set that lrsweep knows by name this reads no file. Throws DataError where
/// a folder is missing or its files are damaged, ConfigError where all images are held back.
int64_t ImagesPerEpoch(const SweepConfig& config);

}  // namespace lrsweep
