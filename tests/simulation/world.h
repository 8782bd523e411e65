// What the parts of a simulated sweep share: its time, its faults and its history.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/simulation/clock.h"
#include "tests/simulation/draws.h"
#include "tests/simulation/scenario.h"

namespace lrsweep::simulation {

/// The coordinator's process has ended here.
struct Killed : std::runtime_error {
  Killed() : std::runtime_error("the coordinator was killed") {}
};

/// Something is not as it must be.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// How often what happened, by its name.
using Counts = std::map<std::string, int64_t, std::less<>>;

class World {
 public:
  World(const Scenario& scenario, const Limits& limits, bool keeps_history);

  const Scenario& scenario() const { return scenario_; }
  const Limits& limits() const { return limits_; }
  SimulatedClock& clock() { return clock_; }
  Time now() const { return clock_.Now(); }

  /// Whether the fault strikes at this opportunity; counts it then.
  bool Strikes(Fault fault);
  /// Same, for a fault of which it is said that it strikes only once it has an effect.
  void Count(const std::string& what) { ++counts_[what]; }
  const Counts& counts() const { return counts_; }
  /// From now on nothing strikes, or things may strike again.
  void SetQuiet(bool quiet) { is_quiet_ = quiet; }
  bool is_quiet() const { return is_quiet_; }
  /// The stream of what a fault does.
  Draws& details() { return details_; }

  /// An action of the coordinator's process: it takes a moment, and may be the last one. Throws
  /// Killed, and Violation for a process that acts for ever.
  void Act();
  /// Whether the process is killed at this opportunity, by itself or with the machine.
  bool IsKilledNow();
  /// The coordinator's process ends now, without an exception.
  void Kill();
  bool is_killed() const { return is_killed_; }
  bool was_power_cut() const { return was_power_cut_; }
  /// Another process of the coordinator begins.
  void Begin(int64_t run);
  int64_t run() const { return run_; }
  /// More simulated time, in seconds, than this run may take.
  void LimitTime(double seconds) { time_limit_ = now() + Seconds(seconds); }

  /// Notes the first violation, and throws it.
  [[noreturn]] void Fail(const std::string& what);
  const std::optional<std::string>& violation() const { return violation_; }

  /// Adds a line to the history, if it is kept.
  template <typename... Values>
  void Say(fmt::format_string<Values...> text, Values&&... values) {
    if (keeps_history_) AddLine(fmt::format(text, std::forward<Values>(values)...));
  }
  const std::vector<std::string>& history() const { return history_; }

 private:
  void AddLine(const std::string& line);

  const Scenario& scenario_;
  Limits limits_;
  bool keeps_history_;
  SimulatedClock clock_;
  std::vector<Draws> streams_;  // by fault
  Draws details_;
  Counts counts_;
  int64_t faults_ = 0;
  bool is_quiet_ = false;
  bool is_killed_ = false;
  bool was_power_cut_ = false;
  int64_t run_ = 0;
  int64_t actions_ = 0;  // of this run
  Time time_limit_;
  std::optional<std::string> violation_;
  std::vector<std::string> history_;
};

}  // namespace lrsweep::simulation
