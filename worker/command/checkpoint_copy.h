// Checkpoints that programs have saved: their size, and a copy for another trial.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace lrsweep {

/// The bytes of a file, or of the files of a folder; 0 where there is nothing.
int64_t BytesAt(const std::filesystem::path& path);

/// Copies a file or a folder with all that is in it, links in it as links; `to` must not exist, its
/// folder is made. Where the file system can share the blocks of files (btrfs, XFS), nothing is
/// moved. Returns the bytes of the files. Calls `should_continue` every some megabytes: false ends
/// the copying, of which a part is left. Throws FileError where it cannot write, and
/// std::runtime_error where it cannot read.
int64_t CopyCheckpoint(const std::filesystem::path& from, const std::filesystem::path& to,
                       const std::function<bool()>& should_continue);

/// A checkpoint in a trial's folder.
struct SavedCheckpoint {
  std::string path;              // relative
  std::optional<int64_t> bytes;  // none: not known
};

/// Copies a checkpoint from the folder of another trial, since a program may change what it resumes
/// from; in place of a copy that an earlier attempt had. False: `should_continue` has said so.
/// Throws as CopyCheckpoint, and where the size is another one.
bool TakeOverCheckpoint(const std::filesystem::path& of, const std::filesystem::path& folder,
                        const SavedCheckpoint& checkpoint,
                        const std::function<bool()>& should_continue);

}  // namespace lrsweep
