// Shares one copy of a data set among all processes of a machine: the coordinator publishes it in
// shared memory, which the workers on that machine map read-only.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "data/dataset.h"

namespace lrsweep {

/// A data set in memory that other processes of this user on this machine can map. The memory is
/// sealed: no process can change it, including this one. It has no name in any file system, so the
/// kernel frees it when the last process that maps it ends, even by a crash. Not thread-safe.
class PublishedDataset {
 public:
  /// Publishes a copy of `data`. If the system cannot share memory like this (Linux before 3.17),
  /// `path` stays empty, and the workers read the files themselves.
  explicit PublishedDataset(const Dataset& data);
  ~PublishedDataset();
  PublishedDataset(const PublishedDataset&) = delete;
  PublishedDataset& operator=(const PublishedDataset&) = delete;

  /// The path for MapDataset, valid while this object lives; empty if nothing is published.
  const std::string& path() const { return path_; }

 private:
  int file_ = -1;
  std::string path_;
  std::jthread collapse_thread_;  // moves it into huge pages while workers already read
};

/// Maps the data set published under `path`. Returns nullptr if that is impossible: the publisher
/// has ended, or is on another machine, another user's, or in another container; and where its
/// DatasetSha256 is not `sha256`, because on another node a path may hold other data. An empty
/// `sha256` accepts any.
std::shared_ptr<const Dataset> MapDataset(const std::string& path, const std::string& sha256 = "");

/// Loads the data set of `folder`. Its DatasetSha256 must be `sha256`; an empty one accepts any
/// data. Throws DataError.
std::shared_ptr<const Dataset> LoadSameDataset(const std::string& folder,
                                               const std::string& sha256);

}  // namespace lrsweep
