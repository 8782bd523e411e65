#include "sweep/process/interrupt.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

namespace lrsweep {
namespace {

// Atomic, because a signal may be delivered to any thread, also to those of MPI.
std::atomic<int> warnings = 0;    // 1 after any SIGUSR1 or SIGHUP
std::atomic<int> interrupts = 0;  // the number of SIGINT and SIGTERM
static_assert(std::atomic<int>::is_always_lock_free, "signal handlers must not lock");

void NoteWarning(int /*signal*/) { warnings = 1; }
void NoteInterrupt(int /*signal*/) { ++interrupts; }

/// Installs the handlers; `flags_of_interrupts` are those of SIGINT's and SIGTERM's.
void Catch(int flags_of_interrupts) {
  struct sigaction warning = {};
  warning.sa_handler = NoteWarning;
  sigemptyset(&warning.sa_mask);
  sigaction(SIGUSR1, &warning, nullptr);
  struct sigaction hangup = {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &warning, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction interrupt = {};
  interrupt.sa_handler = NoteInterrupt;
  sigemptyset(&interrupt.sa_mask);
  interrupt.sa_flags = flags_of_interrupts;
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGTERM, &interrupt, nullptr);
}

}  // namespace

void CatchInterrupts() {
  Catch(static_cast<int>(SA_RESETHAND));  // the second signal finds the default action: it kills
}

void CatchEveryInterrupt() { Catch(0); }

bool Interrupted() { return InterruptCount() > 0; }

bool SleepUnlessInterrupted(std::chrono::milliseconds time) {
  using Clock = std::chrono::steady_clock;
  constexpr Clock::duration kCheckInterval = std::chrono::milliseconds(50);
  const auto end = Clock::now() + time;
  for (auto now = Clock::now(); now < end && !Interrupted(); now = Clock::now()) {
    std::this_thread::sleep_for(std::min(kCheckInterval, end - now));
  }
  return !Interrupted();
}

int InterruptCount() { return warnings + interrupts; }

}  // namespace lrsweep
