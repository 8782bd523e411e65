// What the coordinator tells the launcher of it: that it runs, as whom, and with what status it
// ends. mpirun under recovery tells nothing of the kind.
#pragma once

#include <optional>
#include <string>

#include "sweep/process/process_identity.h"

namespace lrsweep {

/// The launcher's end: a file in the temporary folder, for as long as this lives.
class StatusFile {
 public:
  /// Throws ResourceError where it cannot be made.
  StatusFile();
  ~StatusFile();
  StatusFile(const StatusFile&) = delete;
  StatusFile& operator=(const StatusFile&) = delete;

  void Clear() const;
  /// What a coordinator must have in its environment to find the file: NAME=VALUE.
  std::string Variable() const;
  /// Of the coordinator that has come up, on this machine.
  std::optional<ProcessIdentity> Coordinator() const;
  /// The exit status of the coordinator that has ended.
  std::optional<int> Status() const;

 private:
  std::string path_;
};

/// Whether this process was started by a launcher.
bool StartedByLauncher();

/// Rank 0's word to the launcher, where there is one: that it runs, and with what status it ends.
void TellLauncherOfStart();
void TellLauncherOfEnd(int status);

}  // namespace lrsweep
