// The file through which the coordinator tells the launcher that it runs, which process it is, and
// its exit status. mpirun --enable-recovery does not pass exit statuses on.
#pragma once

#include <optional>
#include <string>

#include "sweep/process/process_identity.h"

namespace lrsweep {

/// The launcher's side: owns the file. Not thread-safe.
class StatusFile {
 public:
  enum class Place {
    kMemory,           // for children of this process alone, which inherit it
    kTemporaryFolder,  // mpirun's: that of TMPDIR, TEMP or TMP, the first that is not empty,
                       // created if it is missing; else /tmp
  };

  /// Throws ResourceError, which names the folder's variable, if the file cannot be created.
  explicit StatusFile(Place place);
  ~StatusFile();
  StatusFile(const StatusFile&) = delete;
  StatusFile& operator=(const StatusFile&) = delete;

  /// Empties the file, before another launch.
  void Clear() const;
  /// The variable, as NAME=VALUE, that a coordinator needs in its environment to find the file.
  std::string Variable() const;
  /// The coordinator, once it has started on this machine.
  std::optional<ProcessIdentity> Coordinator() const;
  /// The coordinator's exit status, once it has reported one.
  std::optional<int> ExitStatus() const;
  /// Whether the coordinator has ended because all its workers are lost.
  bool HasLostWorkers() const;

 private:
  std::string path_;
  int memory_ = -1;  // its file descriptor
};

/// Whether a launcher started this process.
bool StartedByLauncher();

/// The coordinator's side: report its start, and its exit status or, in its place, that all workers
/// are lost and another launch could continue. They do nothing without a launcher, or if the
/// launcher is on another machine.
void TellLauncherOfStart();
void TellLauncherOfEnd(int status);
void TellLauncherOfLostWorkers();

}  // namespace lrsweep
