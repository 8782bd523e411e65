// Where an export is written: complete under its name, or not at all; nothing is overwritten.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>

#include "results/database_file.h"

namespace lrsweep {

/// What was asked for cannot be exported, or not there: a mistake in the command. The text is for
/// its user. A disk that will not do throws std::filesystem::filesystem_error.
struct ExportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The user has interrupted the export; nothing of it was left behind.
struct ExportInterrupted : std::runtime_error {
  ExportInterrupted() : std::runtime_error("interrupted: nothing was exported") {}
};

/// Asked now and then; true ends the export by ExportInterrupted.
using InterruptCheck = std::function<bool()>;
/// Throws ExportInterrupted if `interrupted` is there and says so.
void StopIf(const InterruptCheck& interrupted);

/// A file that is filled under another name beside `target`, which must not exist (ExportError).
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& target);

  std::ostream& Stream() { return stream_; }
  /// Puts it in place. Throws where something could not be written, and then there is no file.
  void Finish();

 private:
  std::filesystem::path target_;
  NewFile file_;
  std::ofstream stream_;
};

/// A folder that is filled under another name beside `target`, which must not exist, or be empty
/// (ExportError). What is not finished is removed on destruction.
class OutputFolder {
 public:
  explicit OutputFolder(const std::filesystem::path& target);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Where to write.
  const std::filesystem::path& Path() const { return path_; }
  /// Where it will be: absolute.
  const std::filesystem::path& Target() const { return target_; }
  /// Puts it in place.
  void Finish();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

/// Throws std::filesystem::filesystem_error unless all that was written to `stream` was taken.
void CheckWritten(const std::ostream& stream);

/// Closes the file `path`. Throws likewise.
void CloseWritten(std::ofstream& stream, const std::filesystem::path& path);

/// Writes a new file. Throws std::filesystem::filesystem_error.
void WriteNewFile(const std::filesystem::path& path, const std::string& text);

/// `text` as the name of one file: letters, digits and ._=,+- stay, all else becomes "_", so does a
/// dot at the beginning; cut to 120 bytes, never empty. So it never leads out of a folder.
std::string SafeName(const std::string& text);

/// Names that are given once: of equal ones the later get "-2", "-3".
class UniqueNames {
 public:
  std::string Add(const std::string& name);

 private:
  std::set<std::string> taken_;
};

}  // namespace lrsweep
