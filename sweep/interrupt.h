// Signals that ask the program to stop.
#pragma once

namespace lrsweep {

/// From now on SIGINT, SIGTERM and SIGUSR1 ask for a stop. A second SIGINT or SIGTERM ends the
/// program at once.
void CatchInterrupts();

/// Whether one came. Safe to call from any thread.
bool Interrupted();

}  // namespace lrsweep
