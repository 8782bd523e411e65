#include "sweep/process/interrupt.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

namespace lrsweep {
namespace {

// Any thread may be the one that a signal interrupts: MPI has threads too.
std::atomic<int> warned = 0;
std::atomic<int> interrupts = 0;
static_assert(std::atomic<int>::is_always_lock_free, "signal handlers may not lock");

void NoteWarning(int /*signal*/) { warned = 1; }
void NoteInterrupt(int /*signal*/) { ++interrupts; }

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
  Catch(static_cast<int>(SA_RESETHAND));  // the second one does what it does by default
}

void CountInterrupts() { Catch(0); }

bool Interrupted() { return Interrupts() > 0; }

bool SleepUnlessInterrupted(std::chrono::milliseconds time) {
  using Clock = std::chrono::steady_clock;
  constexpr Clock::duration kLook = std::chrono::milliseconds(50);
  const auto end = Clock::now() + time;
  for (auto now = Clock::now(); now < end && !Interrupted(); now = Clock::now()) {
    std::this_thread::sleep_for(std::min(kLook, end - now));
  }
  return !Interrupted();
}

int Interrupts() { return warned + interrupts; }

}  // namespace lrsweep
