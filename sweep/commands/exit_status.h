// Turns errors into a sentence on stderr and an exit status.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "params/errors.h"
#include "results/store.h"

namespace lrsweep {

/// Runs `command` and returns its exit status. What it throws becomes a sentence on stderr and the
/// status of its type; a type that is none of ours is a bug (kBug). Throws nothing itself.
int WithExitStatus(const std::function<int()>& command);

/// The exit status of a run of the sweep in the database, as its trials stand now: kInterrupted
/// with trials left, kSomeFailed where some failed, else kAllEndedWell. Throws StoreError.
int SweepExitStatus(const Store& store);

/// Runs `read`, which reads a database for a command that changes none, and returns its result. Its
/// NoDatabase becomes a UsageError, and so does its std::invalid_argument (a trial or metric that
/// is not in the database), with `subject` in front.
template <typename Read>
auto WithUsageErrors(const std::string& subject, const Read& read) -> decltype(read()) {
  try {
    return read();
  } catch (const NoDatabase& error) {
    throw UsageError(error.what());
  } catch (const std::invalid_argument& error) {
    throw UsageError(subject + ": " + error.what());
  }
}

}  // namespace lrsweep
