#include "views/exports/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "params/errors.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestName = 120;

[[noreturn]] void ThrowErrno(const char* what, const fs::path& path) {
  throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

/// The path absolute, and without a slash at its end.
fs::path WithoutSlash(const fs::path& path) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

bool IsThere(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

void RefuseTaken(const fs::path& target) {
  if (IsThere(target)) {
    throw ExportError(
        fmt::format("{} exists already: remove it, or name another file", target.string()));
  }
}

/// The error for a target that could not be created.
ResourceError CannotCreate(const fs::path& target, const std::error_code& error) {
  return ResourceError(fmt::format("cannot create {}: {}", target.string(), error.message()));
}

NewFile MakeBeside(const fs::path& target) {
  RefuseTaken(target);
  try {
    return NewFile(target);
  } catch (const fs::filesystem_error& error) {
    throw CannotCreate(target, error.code());
  }
}

}  // namespace

void StopIf(const InterruptCheck& interrupted) {
  if (interrupted && interrupted()) throw ExportInterrupted();
}

OutputFile::OutputFile(const fs::path& target)
    : target_(target), file_(MakeBeside(target)), stream_(file_.Path(), std::ios::binary) {
  if (!stream_) ThrowErrno("cannot write", file_.Path());
}

void OutputFile::Finish() {
  CloseWritten(stream_, target_);
  try {
    file_.PutInPlace();
  } catch (const fs::filesystem_error& error) {
    if (error.code() == std::errc::file_exists) RefuseTaken(target_);  // created meanwhile
    throw;
  }
}

OutputFolder::OutputFolder(const fs::path& target) : target_(WithoutSlash(target)) {
  std::error_code error;
  if (IsThere(target_)) {
    if (!fs::is_directory(target_, error)) {
      throw ExportError(fmt::format("{} is not a folder", target_.string()));
    }
    if (!fs::is_empty(target_, error) && !error) {
      throw ExportError(
          fmt::format("{} is not empty: remove it, or name another folder", target_.string()));
    }
    if (error) throw CannotCreate(target_, error);
  }
  const fs::path beside = target_.parent_path();
  for (int i = 0; path_.empty(); ++i) {
    const fs::path path = beside / fmt::format(".lrsweep-{}-{}.tmp", getpid(), i);
    if (fs::create_directory(path, error)) path_ = path;
    if (error) throw CannotCreate(target_, error);
  }
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;  // a destructor has no one to tell
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void OutputFolder::Finish() {
  // rename(2) takes the place of an empty folder, and of nothing else.
  if (std::rename(path_.c_str(), target_.c_str()) != 0) {
    throw CannotCreate(target_, std::error_code(errno, std::generic_category()));
  }
  path_.clear();
}

void CheckWritten(const std::ostream& stream) {
  if (stream) return;
  throw fs::filesystem_error("the output cannot be written",
                             std::error_code(errno, std::generic_category()));
}

void CloseWritten(std::ofstream& stream, const fs::path& path) {
  if (stream) errno = 0;  // where the stream has failed already, errno says why
  stream.close();
  if (!stream) ThrowErrno("cannot write", path);
}

void WriteNewFile(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  CloseWritten(file, path);
}

std::string SafeName(const std::string& text) {
  const std::string allowed = "._=,+-";
  std::string name = text.substr(0, kLongestName);
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || (std::isalnum(byte) == 0 && allowed.find(c) == std::string::npos)) c = '_';
  }
  if (name.empty()) return "_";
  if (name[0] == '.') name[0] = '_';
  return name;
}

std::string UniqueNames::Add(const std::string& name) {
  std::string unique = name;
  for (int i = 2; !taken_.insert(unique).second; ++i) unique = fmt::format("{}-{}", name, i);
  return unique;
}

}  // namespace lrsweep
