// Finds a data set by its name: searches folders, downloads it from mirrors, and verifies its
// checksums. The coordinator does this before it dispatches anything.
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
  std::vector<std::string> mirrors;   // base URLs with '/' at the end; their files have ".gz"
  std::array<std::string, 4> sha256;  // of the unpacked kDatasetFiles, as hex digits
  std::vector<std::filesystem::path> system_folders;  // where Linux distributions install it
};

const std::vector<KnownDataset>& KnownDatasets();
/// Returns nullptr if no known data set has this name.
const KnownDataset* FindKnownDataset(const std::string& name);

/// A data set that was found, loaded and verified.
struct SourcedDataset {
  std::filesystem::path folder;  // absolute
  std::shared_ptr<const Dataset> data;
  std::string sha256;   // DatasetSha256
  std::string content;  // a name by the content alone: that of a known data set, or "sha256:" and
                        // the first 16 digits
};

/// Returns the folders in which `known` is searched, in order: $LRSWEEP_DATA_DIR/NAME, ./data/NAME,
/// lrsweep/NAME in the user's cache folder ($XDG_CACHE_HOME or ~/.cache), the system's folders.
std::vector<std::filesystem::path> SearchFolders(const KnownDataset& known);

/// Loads the data set called `name`: a known one, or else the path of a folder with IDX files. A
/// known one that is in none of its folders is downloaded into the user's cache folder. `say`
/// receives a sentence when something takes time. Throws DataError, also when the files of a known
/// data set have other checksums.
SourcedDataset SourceDataset(const std::string& name,
                             const std::function<void(const std::string&)>& say);

/// Downloads those files of `known` that `folder` lacks. Unpacks and verifies each file, then moves
/// it into place by rename, so that a file is complete or absent. Tries the mirrors in order;
/// throws DataError with each one's answer if all fail.
void DownloadDataset(const KnownDataset& known, const std::filesystem::path& folder);

/// Returns the number of training images of the data set called `name`. Downloads nothing. Throws
/// DataError if the name is neither known nor a folder with readable labels.
int64_t CountTrainImages(const std::string& name);

/// Returns the SHA-256 that identifies a data set's content: of its four unpacked files' SHA-256,
/// each as hex digits and a newline, in the order of kDatasetFiles.
std::string DatasetSha256(const Dataset& data);

}  // namespace lrsweep
