// Which process it is, on which machine: enough to tell later whether it is gone.
#pragma once

#include <cstdint>
#include <string>

namespace lrsweep {

/// A process. Its number alone is no identity: numbers are used again, and every machine and
/// container has its own.
struct ProcessIdentity {
  std::string machine;  // the kernel's boot and the PID namespace
  int64_t pid = 0;
  int64_t start_time = 0;  // in the kernel's ticks since its boot
};

/// The process that asks. Where /proc is missing, `machine` is empty, and nothing is known of it.
ProcessIdentity ThisProcess();

/// Whether it is certain that the process has ended: it was on this machine, and is there no more
/// (or waits only for its parent to take notice). Of another machine's nothing is certain.
bool IsGone(const ProcessIdentity& process);

}  // namespace lrsweep
