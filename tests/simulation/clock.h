// The time of a simulated sweep. It stands still while code runs, and moves where the simulation
// says so. While a SimulatedClock exists, every clock of this process shows its time: also those
// that the store and the coordinator read by themselves.
#pragma once

#include <chrono>

namespace lrsweep::simulation {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// The duration of `seconds`.
Duration Seconds(double seconds);
double ToSeconds(Duration duration);

class SimulatedClock {
 public:
  /// Begins at a fixed time. There may be one at a time.
  SimulatedClock();
  ~SimulatedClock();
  SimulatedClock(const SimulatedClock&) = delete;
  SimulatedClock& operator=(const SimulatedClock&) = delete;

  Time Now() const;
  void Advance(Duration duration);
  /// To `time`, unless it is later already.
  void MoveTo(Time time);
  /// Seconds since it began.
  double Elapsed() const;

 private:
  Time began_;
};

}  // namespace lrsweep::simulation
