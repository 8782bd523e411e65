// Which kind of file system a folder lies on, as far as a database cares.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lrsweep {

/// The name ("NFS", "Lustre") of a file system that several machines, or a program of its own,
/// serve, by the magic number that statfs(2) gives; empty for all others. SQLite's WAL needs memory
/// that all who use the file share, which these do not give (https://sqlite.org/wal.html).
std::string NetworkFileSystem(uint64_t magic);

/// The same of the file system that `path`, which must exist, lies on; empty where it cannot be
/// asked.
std::string NetworkFileSystemOf(const std::filesystem::path& path);

}  // namespace lrsweep
