// The data set of a sweep: its files for training, its size for planning.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "data/dataset_source.h"
#include "params/value.h"
#include "results/store.h"
#include "sweep/config/sweep_config.h"

namespace lrsweep {

/// Replaces the data set's name by what it stands for: "MNIST" by "mnist", a leading ~ by the
/// user's home folder. A folder of exactly that name stays. Throws ConfigError for a name that is
/// neither a path nor that of a folder or a known data set. A program has no data set.
void ResolveDatasetName(SweepConfig& config);

/// What finds the data of a stored sweep: the name in its configuration, replaced likewise. The
/// data may not be there any more. Throws ConfigError.
std::string DatasetOf(const SweepRecord& sweep);

/// Finds and loads the data set that SweepConfig::dataset names, downloading a known one if needed;
/// unless `quiet`, stderr tells what takes time. Throws DataError.
SourcedDataset FindData(const std::string& dataset, bool quiet);

/// Lets the trials name a data set in a folder by its content (SourcedDataset::content), so that it
/// is the same wherever it lies, and MNIST's files in a folder are `mnist`. Returns the data where
/// they had to be read for that: a known name stays, and a program has none. Throws DataError.
std::optional<SourcedDataset> NameByContent(SweepConfig& config);

/// The training images on which trials are evaluated.
struct HeldBack {
  int64_t images = 0;
  bool are_drawn = false;  // equally from the classes; else they are the last ones

  /// From a trial's parameters.
  explicit HeldBack(const Map& params);
  bool operator==(const HeldBack&) const = default;
  /// The data set with these images last. Throws DataError as WithHeldBackLast.
  std::shared_ptr<const Dataset> Last(const std::shared_ptr<const Dataset>& data) const;
};

/// The images of every trial's epoch, 0 of a program's: the data set's training images less those
/// held back for validation. Of a data set that lrsweep knows by name this reads no file. Throws
/// DataError where a folder is missing or its files are damaged, ConfigError where all images are
/// held back.
int64_t ImagesPerEpoch(const SweepConfig& config);

}  // namespace lrsweep
