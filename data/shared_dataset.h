// One copy of a data set for all processes of a machine: the coordinator puts it into memory that
// the workers beside it map, read-only.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "data/dataset.h"

namespace lrsweep {

/// A data set in memory that other processes of this user on this machine can map. It is sealed:
/// nobody can change it, this process included. It has no name in any file system and is gone with
/// the last process that has it, however that ends.
class PublishedDataset {
 public:
  /// Copies `data`. Where the system cannot share memory so (Linux before 3.17), nothing is
  /// published and `path` stays empty: workers then read the files themselves.
  explicit PublishedDataset(const Dataset& data);
  ~PublishedDataset();
  PublishedDataset(const PublishedDataset&) = delete;
  PublishedDataset& operator=(const PublishedDataset&) = delete;

  /// Under which it can be mapped while this object lives; empty: it is not published.
  const std::string& path() const { return path_; }

 private:
  int file_ = -1;
  std::string path_;
  std::jthread collapsing_;  // into huge pages, while workers already read
};

/// The data set published under `path`, mapped, or nullptr where it cannot be: the process is gone,
/// on another machine, or behind a wall (another user's, another container's). What is there is
/// taken for what it says: compare DatasetSha256 where that matters.
std::shared_ptr<const Dataset> MapDataset(const std::string& path);

/// The data set published under `map`, or else that of `folder`, whichever has `sha256`: on another
/// node a path may hold other data. An empty `sha256` accepts any data. Throws DataError.
std::shared_ptr<const Dataset> MapOrLoadDataset(const std::string& map, const std::string& folder,
                                                const std::string& sha256);

}  // namespace lrsweep
