#include "sweep/search/seed_race.h"

#include <limits>
#include <utility>

namespace lrsweep {
namespace {

constexpr auto kFirstRounds = static_cast<size_t>(kFirstRaceDecision);

}  // namespace

SeedRace::SeedRace(const RaceRules& rules, size_t groups, bool more_is_better)
    : rules_(rules), sign_(more_is_better ? 1 : -1), values_(groups) {
  state_.left_after.assign(groups, 0);
  missing_ = groups * kFirstRounds;
  for (std::vector<double>& values : values_) {
    values.assign(kFirstRounds, std::numeric_limits<double>::quiet_NaN());
  }
}

std::vector<SeedRace::Turn> SeedRace::Enter(size_t group) {
  std::vector<Turn> turns;
  for (size_t seed = 0; seed < kFirstRounds; ++seed) turns.push_back({group, seed});
  return turns;
}

std::vector<SeedRace::Turn> SeedRace::OnValue(const Turn& turn,
                                              const std::optional<double>& value) {
  values_[turn.group][turn.seed] =
      value ? sign_ * *value : std::numeric_limits<double>::quiet_NaN();
  if (--missing_ > 0) return {};
  const std::vector<int64_t> left_before = state_.left_after;
  state_ = FollowRace(values_, rules_);
  for (size_t group = 0; group < values_.size(); ++group) {
    if (left_before[group] == 0 && state_.left_after[group] > 0) left_.push_back(group);
  }
  if (state_.IsOver(rules_)) return {};
  std::vector<Turn> turns;
  for (const size_t group : state_.Remaining()) {
    turns.push_back({group, values_[group].size()});
    values_[group].push_back(std::numeric_limits<double>::quiet_NaN());
  }
  missing_ = turns.size();
  return turns;
}

std::vector<size_t> SeedRace::TakeLeft() { return std::exchange(left_, {}); }

RaceBounds BoundsOf(size_t groups, const RaceRules& rules) {
  const auto count = static_cast<int64_t>(groups);
  return {count * kFirstRaceDecision, count * (groups > 1 ? rules.rounds : kFirstRaceDecision)};
}

}  // namespace lrsweep
