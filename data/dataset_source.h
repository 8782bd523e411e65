// Where a data set comes from: the folders it is looked for in, its mirrors, and the checksums
// that say it is the one its name promises. The coordinator's work, before anything is dispatched.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace lrsweep {

/// A data set that lrsweep knows by name.
struct KnownDataset {
  std::string name;  // "mnist"
  int64_t train_images = 0;
  std::vector<std::string> mirrors;   // base URLs, ending in '/'; files there end in ".gz"
  std::array<std::string, 4> sha256;  // of the unpacked kDatasetFiles
  std::vector<std::filesystem::path> system_folders;  // of Linux distributions
};

const std::vector<KnownDataset>& KnownDatasets();
const KnownDataset* FindKnownDataset(const std::string& name);

/// A data set found, loaded and checked.
struct SourcedDataset {
  std::filesystem::path folder;
  std::shared_ptr<const Dataset> data;
  std::string sha256;  // DatasetSha256
};

/// The folders in which `known` is looked for, in order: $LRSWEEP_DATA_DIR/NAME, ./data/NAME, the
/// user's cache folder ($XDG_CACHE_HOME or ~/.cache, then lrsweep/NAME), those of the system.
std::vector<std::filesystem::path> SearchFolders(const KnownDataset& known);

/// The data set called `name`: a known one, which is downloaded into the user's cache folder where
/// it is in none of its folders, or else a folder with IDX files. `say` is told, in a sentence,
/// what takes time. Throws DataError.
SourcedDataset SourceDataset(const std::string& name,
                             const std::function<void(const std::string&)>& say);

/// Downloads all files of `known` into `folder`, unpacked, each checked and put in place by
/// rename; the mirrors are tried in turn. Throws DataError with each mirror's answer.
void FetchDataset(const KnownDataset& known, const std::filesystem::path& folder);

/// The number of training images of the data set called `name`, without downloading anything.
/// Throws DataError where it is neither known nor a folder with labels that can be read.
int64_t TrainImages(const std::string& name);

/// SHA-256 of the four unpacked files' SHA-256 (hex digits, a newline after each).
std::string DatasetSha256(const Dataset& data);

}  // namespace lrsweep
