// Signals that ask the program to stop.
#pragma once

#include <chrono>

namespace lrsweep {

/// From now on SIGINT, SIGTERM, SIGHUP (unless it is ignored, as under nohup) and SIGUSR1 ask for a
/// stop. A second SIGINT or SIGTERM ends the program at once. SIGPIPE is ignored: a sweep outlives
/// whoever reads its output.
void CatchInterrupts();

/// Likewise, but a second SIGINT or SIGTERM is counted too: for a program that has others to end.
void CountInterrupts();

/// Whether one came. Safe to call from any thread.
bool Interrupted();

/// Sleeps for `time`, or until one comes: then false.
bool SleepUnlessInterrupted(std::chrono::milliseconds time);

/// How many came, USR1 and HUP counted once.
int Interrupts();

}  // namespace lrsweep
