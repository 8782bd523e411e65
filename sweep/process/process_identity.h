// Identifies a process by host, PID and start time, so that a reused PID is not mistaken for it.
#pragma once

#include <cstdint>
#include <string>

namespace lrsweep {

/// A process. The PID alone does not identify it: the kernel reuses PIDs, and every machine and
/// every container has its own.
struct ProcessIdentity {
  std::string machine;     // the kernel's boot id and the PID namespace; empty: unknown
  int64_t pid = 0;         // in that namespace
  int64_t start_time = 0;  // in clock ticks since boot (proc(5))
};

/// Returns the calling process. Without /proc, `machine` is empty, and IsGone is always false.
ProcessIdentity ThisProcess();

/// Whether the process has certainly ended: it was on this machine and no longer exists, or is a
/// zombie. False for a process of another machine, about which nothing is certain.
bool IsGone(const ProcessIdentity& process);

}  // namespace lrsweep
