#include "tests/simulation/world.h"

namespace lrsweep::simulation {
namespace {

// Far more than a run needs: the longest of 20,000 sweeps took a tenth of it.
constexpr int64_t kMostActions = 5'000'000;
constexpr auto kActionTime = std::chrono::microseconds(2);

}  // namespace

World::World(const Scenario& scenario, const Limits& limits, bool keeps_history)
    : scenario_(scenario),
      limits_(limits),
      keeps_history_(keeps_history),
      details_(scenario.seed, "details") {
  for (size_t i = 0; i < kFaults; ++i) streams_.emplace_back(scenario.seed, "fault", i);
}

bool World::Strikes(Fault fault) {
  const auto index = static_cast<size_t>(fault);
  // Drawn in any case, so that the stream's later numbers do not depend on what is allowed.
  const bool strikes = streams_[index].Chance(scenario_.rates.at(index));
  const bool is_allowed = (limits_.without >> index & 1U) == 0 && faults_ < limits_.faults;
  if (!strikes || is_quiet_ || is_killed_ || !is_allowed) return false;
  ++faults_;
  Count(std::string(NameOf(fault)));
  return true;
}

void World::Act() {
  if (violation_) throw Violation(*violation_);
  if (is_killed_) throw Killed();
  clock_.Advance(kActionTime);
  if (++actions_ > kMostActions) Fail("the coordinator acts for ever");
  if (now() > time_limit_) Fail(fmt::format("run {} hangs", run_));
  if (IsKilledNow()) throw Killed();
}

bool World::IsKilledNow() {
  const bool is_power_cut = Strikes(Fault::kPowerCut);
  if (!is_power_cut && !Strikes(Fault::kKill)) return false;
  was_power_cut_ = is_power_cut;
  Kill();
  return true;
}

void World::Kill() {
  is_killed_ = true;
  Say("the coordinator is killed");
}

void World::Begin(int64_t run) {
  is_killed_ = was_power_cut_ = false;
  actions_ = 0;
  run_ = run;
}

void World::Fail(const std::string& what) {
  if (!violation_) {
    violation_ = what;
    Say("VIOLATION: {}", what);
  }
  throw Violation(*violation_);
}

void World::AddLine(const std::string& line) {
  history_.push_back(fmt::format("{:10.4f} s  {}", clock_.Elapsed(), line));
}

}  // namespace lrsweep::simulation
