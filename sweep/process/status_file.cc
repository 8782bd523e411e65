#include "sweep/process/status_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "params/errors.h"

namespace lrsweep {
namespace {

constexpr const char* kVariable = "LRSWEEP_STATUS_FILE";
constexpr const char* kLostWorkers = "has lost all workers";

void Append(const std::string& line) {
  const char* path = std::getenv(kVariable);
  if (path == nullptr) return;
  // On another machine than the launcher's the file does not exist; do not create it.
  const int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return;
  // A single write, so that the reader never sees half a line.
  if (write(file, line.data(), line.size()) < 0) std::perror(path);
  close(file);
}

/// A folder for temporary files, and the variable that names it.
struct TemporaryFolder {
  std::string variable = "TMPDIR";
  std::filesystem::path path = "/tmp";
};

/// The one that mpirun takes: that of the first variable that is not empty, else /tmp.
TemporaryFolder FindTemporaryFolder() {
  for (const char* variable : {"TMPDIR", "TEMP", "TMP"}) {
    const char* path = std::getenv(variable);
    if (path != nullptr && *path != '\0') return {variable, path};
  }
  return {};
}

}  // namespace

StatusFile::StatusFile(Place place) {
  if (place == Place::kMemory) {
    memory_ = memfd_create("lrsweep-status", 0);
    if (memory_ < 0) {
      throw ResourceError(std::string("a file in memory cannot be created: ") +
                          std::strerror(errno));
    }
    path_ = "/proc/self/fd/" + std::to_string(memory_);
    return;
  }
  const TemporaryFolder folder = FindTemporaryFolder();
  std::error_code error;
  std::filesystem::create_directories(folder.path, error);  // as mpirun does
  path_ = (std::filesystem::absolute(folder.path) / "lrsweep-status-XXXXXX").string();
  const int file = error ? -1 : mkstemp(path_.data());
  if (file < 0) {
    const std::string why = error ? error.message() : std::strerror(errno);
    throw ResourceError("the temporary folder " + folder.path.string() +
                        ": cannot create a file: " + why + "; set " + folder.variable +
                        " to a folder that can be written to");
  }
  close(file);
}

StatusFile::~StatusFile() {
  if (memory_ >= 0) {
    close(memory_);
  } else {
    unlink(path_.c_str());
  }
}

void StatusFile::Clear() const { std::ofstream(path_, std::ios::trunc).close(); }

std::string StatusFile::Variable() const { return std::string(kVariable) + "=" + path_; }

std::optional<ProcessIdentity> StatusFile::Coordinator() const {
  ProcessIdentity process = ThisProcess();
  std::string word;
  std::ifstream in(path_);
  if (!(in >> word >> process.pid >> process.start_time) || word != "runs") return std::nullopt;
  return process;
}

std::optional<int> StatusFile::ExitStatus() const {
  std::ifstream in(path_);
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind("ends ", 0) == 0 && !in.eof()) return std::atoi(line.c_str() + 5);
  }
  return std::nullopt;
}

bool StatusFile::HasLostWorkers() const {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) {
    if (line == kLostWorkers) return true;
  }
  return false;
}

bool StartedByLauncher() { return std::getenv(kVariable) != nullptr; }

void TellLauncherOfStart() {
  const ProcessIdentity self = ThisProcess();
  Append("runs " + std::to_string(self.pid) + " " + std::to_string(self.start_time) + "\n");
}

void TellLauncherOfEnd(int status) { Append("ends " + std::to_string(status) + "\n"); }

void TellLauncherOfLostWorkers() { Append(std::string(kLostWorkers) + "\n"); }

}  // namespace lrsweep
