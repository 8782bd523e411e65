// The children of processes. Thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <set>
#include <string>

namespace lrsweep {

/// The children of all threads of a process: its number, or "self". Those that have ended count
/// until they are collected. Empty where the kernel does not tell.
std::set<pid_t> ChildrenOf(const std::string& process);

/// Kills the children of this process that are not among `others`, and collects them, until there
/// is none: where this process is a subreaper, those of a killed one become its own. Takes at most
/// `limit`.
void EndChildren(const std::set<pid_t>& others, std::chrono::nanoseconds limit);

}  // namespace lrsweep
