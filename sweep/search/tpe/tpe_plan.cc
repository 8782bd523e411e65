#include "sweep/search/tpe/tpe_plan.h"

#include <algorithm>
#include <utility>

#include "sweep/search/rungs.h"

namespace lrsweep {

TpePlan::TpePlan(const SearchSpace& space)
    : space_(space), batch_(static_cast<size_t>(space.config().search.batch)) {
  size_t most = 0;
  for (const Block& block : space.blocks()) {
    entries_.emplace_back(space, block);
    most = std::max(most, entries_.back().size());
  }
  points_.resize(entries_.size());
  missing_.resize((most + batch_ - 1) / batch_);
  CountToCome();
}

/// Counts what each round surely has: trials of the space's random points in place of those that
/// will be proposed.
void TpePlan::CountToCome() {
  to_come_.resize(missing_.size() + 1);
  const std::vector<Block>& blocks = space_.blocks();
  size_t entry = 0;
  for (size_t i = 0; i < space_.size(); ++i) {
    const uint64_t point = space_.PointAt(i);
    while (point >= blocks[entry].first_point + blocks[entry].points) ++entry;
    const Block& block = blocks[entry];
    const uint64_t place = block.IsSampled() ? (point - block.first_point) / block.GridPoints() : 0;
    ToCome& round = to_come_[place / batch_];
    ++round.trials;
    round.epochs += space_.EpochsAt(i);
  }
  for (size_t round = missing_.size(); round > 0; --round) {
    to_come_[round - 1].trials += to_come_[round].trials;
    to_come_[round - 1].epochs += to_come_[round].epochs;
  }
}

/// How many points of each entry have values when the round is proposed.
size_t TpePlan::KnownPoints(size_t round) const { return round < 2 ? 0 : (round - 1) * batch_; }

size_t TpePlan::random_rounds() const {
  size_t round = 0;
  while (round < rounds() && KnownPoints(round) < TpeSampler::kStartup) ++round;
  return round;
}

bool TpePlan::CanDecide() const {
  if (next_round_ == rounds()) return false;
  return KnownPoints(next_round_) < TpeSampler::kStartup || complete_ + 1 >= next_round_;
}

SearchPlan::Step TpePlan::Begin() {
  Step step;
  DecideRounds(step);
  return step;
}

SearchPlan::Step TpePlan::OnValue(int64_t number, const std::optional<double>& value) {
  Given& given = given_[static_cast<size_t>(number)];
  given.value = value;
  --missing_[given.round];
  Step step;
  DecideRounds(step);
  return step;
}

void TpePlan::DecideRounds(Step& step) {
  while (complete_ < next_round_ && missing_[complete_] == 0) ++complete_;
  while (CanDecide()) {
    const size_t known = KnownPoints(next_round_);
    const size_t first = next_round_ * batch_;
    for (size_t entry = 0; entry < entries_.size(); ++entry) {
      if (first >= entries_[entry].size()) continue;
      std::vector<std::optional<double>> values;
      if (known >= TpeSampler::kStartup) {
        for (size_t i = 0; i < known; ++i) values.push_back(ValueOf(points_[entry][i]));
      }
      const size_t end = std::min(first + batch_, entries_[entry].size());
      for (size_t point = first; point < end; ++point) DecidePoint(entry, values, step);
    }
    ++next_round_;
    while (complete_ < next_round_ && missing_[complete_] == 0) ++complete_;
  }
}

/// Decides the trials of the entry's next point, but for those that another entry has too and that
/// are decided already.
void TpePlan::DecidePoint(size_t entry, const std::vector<std::optional<double>>& values,
                          Step& step) {
  Groups groups;
  std::unordered_map<uint64_t, size_t> index_of;  // in groups, by the group's id
  for (const FoundTrial& found : entries_[entry].Next(values)) {
    const auto next = static_cast<int64_t>(given_.size());
    const auto [number, is_new] = numbers_.try_emplace(found.id, next);
    if (is_new) {
      given_.push_back({entry, found, next_round_});
      ++missing_[next_round_];
      step.trials.push_back({.trial = TrialAt(next), .number = next, .point = ""});
    }
    const auto [index, is_new_group] = index_of.try_emplace(found.group_id, groups.size());
    if (is_new_group) groups.emplace_back();
    std::vector<int64_t>& seeds = groups[index->second];
    if (std::find(seeds.begin(), seeds.end(), number->second) == seeds.end()) {
      seeds.push_back(number->second);
    }
  }
  points_[entry].push_back(std::move(groups));
}

std::optional<double> TpePlan::ValueOf(const Groups& groups) const {
  std::vector<std::optional<double>> means;
  for (const std::vector<int64_t>& group : groups) {
    std::vector<std::optional<double>> values;
    for (const int64_t number : group) {
      values.push_back(given_[static_cast<size_t>(number)].value);
    }
    means.push_back(MeanOfSeeds(values));
  }
  const std::vector<size_t> places = PlacesOf(means, space_.config().objective.mode == "max");
  const auto best = std::find(places.begin(), places.end(), size_t{0});
  return means[static_cast<size_t>(best - places.begin())];
}

Trial TpePlan::TrialAt(int64_t number) const {
  const Given& given = given_[static_cast<size_t>(number)];
  return entries_[given.entry].TrialOf(given.found);
}

}  // namespace lrsweep
