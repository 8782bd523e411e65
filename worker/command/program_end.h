// What the end of a program means, in words. Pure; thread-safe.
#pragma once

#include <string>

namespace lrsweep {

/// A program's exit status: stopped, with a good checkpoint.
inline constexpr int kStoppedStatus = 75;

/// Whether a program that has not reported all epochs may have ended so because of a signal that
/// was meant for the whole sweep: by itself, or with the status that shells, runtimes and handlers
/// of the signal give for it.
bool MayBeOfAStop(int wait_status);

/// "2 h", "1.5 s": of a time limit.
std::string LimitText(double seconds);

/// The error of a trial: what happened, and the end of the program's output where there is some.
std::string WithOutput(const std::string& what, const std::string& tail);

}  // namespace lrsweep
