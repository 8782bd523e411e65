// The output of an export: it appears complete under its name, or not at all, and overwrites
// nothing.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>

#include "results/database_file.h"

namespace lrsweep {

/// A mistake in the command: what it asks for cannot be exported, or not to this place. The text is
/// for the user. (A place that cannot be written throws ResourceError, a failed write
/// std::filesystem::filesystem_error.)
struct ExportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The user interrupted the export; nothing of it is left behind.
struct ExportInterrupted : std::runtime_error {
  ExportInterrupted() : std::runtime_error("interrupted: nothing was exported") {}
};

/// Polled during an export; true ends it by ExportInterrupted.
using InterruptCheck = std::function<bool()>;
/// Throws ExportInterrupted if `interrupted` is not empty and returns true.
void StopIf(const InterruptCheck& interrupted);

/// A file that is filled under another name beside `target`, which must not exist (ExportError).
/// Throws ResourceError where it cannot be created.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& target);

  std::ostream& Stream() { return stream_; }
  /// Moves it to its name. Throws where something could not be written; then there is no file.
  void Finish();

 private:
  std::filesystem::path target_;
  NewFile file_;
  std::ofstream stream_;
};

/// A folder that is filled under another name beside `target`, which must not exist or must be
/// empty (ExportError). Throws ResourceError where it cannot be created. The destructor removes a
/// folder that was not finished.
class OutputFolder {
 public:
  explicit OutputFolder(const std::filesystem::path& target);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Where to write.
  const std::filesystem::path& Path() const { return path_; }
  /// Its final name: absolute.
  const std::filesystem::path& Target() const { return target_; }
  /// Moves it to its final name.
  void Finish();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

/// Throws std::filesystem::filesystem_error unless all that was written to `stream` was taken.
void CheckWritten(const std::ostream& stream);

/// Closes the file `path`. Throws as CheckWritten.
void CloseWritten(std::ofstream& stream, const std::filesystem::path& path);

/// Writes a new file. Throws std::filesystem::filesystem_error.
void WriteNewFile(const std::filesystem::path& path, const std::string& text);

/// `text` as the name of a file, which never leads out of its folder: letters, digits and ._=,+-
/// stay, all else and a dot at the beginning become "_"; cut to 120 bytes, never empty.
std::string SafeName(const std::string& text);

/// Makes names unique: a repeated one gets "-2", "-3".
class UniqueNames {
 public:
  std::string Add(const std::string& name);

 private:
  std::set<std::string> taken_;
};

}  // namespace lrsweep
