// Recognizes network file systems, on which SQLite's WAL does not work.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lrsweep {

/// The name ("NFS", "Lustre") of a file system that several machines, or a program of its own,
/// serve, by the magic number that statfs(2) gives; empty for all others. SQLite's WAL needs memory
/// that all who use the file share, which these do not give (https://sqlite.org/wal.html).
std::string NetworkFileSystem(uint64_t magic);

/// Same, for the file system of `path`, which must exist; empty where statfs fails.
std::string NetworkFileSystemOf(const std::filesystem::path& path);

}  // namespace lrsweep
