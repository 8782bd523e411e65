#include "tests/simulation/clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

namespace {

int64_t g_nanoseconds = 0;  // since 1970; 0: no simulated clock

}  // namespace

/// Replaces the C library's function for the whole process, std::chrono included.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (g_nanoseconds == 0 || clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_PROCESS_CPUTIME_ID) {
    return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  }
  time->tv_sec = g_nanoseconds / 1'000'000'000;
  time->tv_nsec = g_nanoseconds % 1'000'000'000;
  return 0;
}

namespace lrsweep::simulation {
namespace {

constexpr int64_t kBegin = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

}  // namespace

Duration Seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

double ToSeconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

SimulatedClock::SimulatedClock() : began_(std::chrono::nanoseconds(kBegin)) {
  g_nanoseconds = kBegin;
}

SimulatedClock::~SimulatedClock() { g_nanoseconds = 0; }

Time SimulatedClock::Now() const { return Time(std::chrono::nanoseconds(g_nanoseconds)); }

void SimulatedClock::Advance(Duration duration) {
  g_nanoseconds += std::chrono::nanoseconds(duration).count();
}

void SimulatedClock::MoveTo(Time time) {
  if (time > Now()) Advance(time - Now());
}

double SimulatedClock::Elapsed() const { return ToSeconds(Now() - began_); }

}  // namespace lrsweep::simulation
