// Catches the signals that ask the program to stop, so that it can save its work first.
#pragma once

#include <chrono>

namespace lrsweep {

/// From now on SIGINT, SIGTERM, SIGUSR1 and SIGHUP (unless it is ignored, as under nohup) are
/// interrupts: they ask for a stop. A second SIGINT or SIGTERM ends the program at once. SIGPIPE is
/// ignored, so that a sweep goes on when the reader of its output has ended.
void CatchInterrupts();

/// Same, but counts a second SIGINT or SIGTERM too: the launcher must end its child first.
void CatchEveryInterrupt();

/// Whether an interrupt has arrived. Safe to call from any thread, as are the functions below.
bool Interrupted();

/// Sleeps for `time`, or until an interrupt arrives (checked every 50 ms). Returns whether it slept
/// to the end.
bool SleepUnlessInterrupted(std::chrono::milliseconds time);

/// Returns how many interrupts have arrived. All SIGUSR1 and SIGHUP together count as one.
int InterruptCount();

}  // namespace lrsweep
