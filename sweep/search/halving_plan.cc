#include "sweep/search/halving_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "sweep/config/trial_id.h"
#include "sweep/search/race_plan.h"

namespace lrsweep {

Trial Shortened(Trial trial, int64_t epochs) {
  SetAt(trial.params, "training.epochs", epochs);
  Map canonical = CanonicalParams(trial.params);
  trial.id = IdOfJson(ToJson(canonical));
  const auto training = canonical.find("training");
  if (training != canonical.end()) {
    Map& section = std::get<Map>(training->second);
    section.erase("seed");
    if (section.empty()) canonical.erase(training);
  }
  trial.group_id = IdOfJson(ToJson(canonical));
  return trial;
}

HalvingPlan::HalvingPlan(const SearchSpace& space)
    : space_(space), pruner_(space.config().pruner.value()), points_(space.Points()) {
  const auto epochs = std::get<int64_t>(*Find(space.config().fixed, "training.epochs"));
  std::vector<std::string> ids;
  for (const SpacePoint& point : points_) {
    ids.push_back(point.id);
    seeds_ = std::max(seeds_, point.trials.size());
  }
  brackets_ =
      DivideIntoBrackets(ids, Budgets(epochs, pruner_.grace_period, pruner_.reduction_factor),
                         pruner_.reduction_factor, pruner_.brackets);
  int64_t next = 0;
  for (const Bracket& bracket : brackets_) {
    progress_.push_back({.first_number = next, .first_group = finalists_.size()});
    next += static_cast<int64_t>(bracket.rungs.size() * bracket.points.size() * seeds_);
    finalists_.resize(finalists_.size() + static_cast<size_t>(bracket.rungs.back().points));
  }
  if (!space.config().race) return;
  race_.emplace(RaceRulesOf(space.config(), points_), finalists_.size(),
                space.config().objective.mode == "max");
}

size_t HalvingPlan::SeedsAt(const Bracket& bracket, const Rung& rung) const {
  const bool races = rung == bracket.rungs.back() && race_;
  return races ? static_cast<size_t>(kFirstRaceDecision) : MostSeedsAt(bracket, rung);
}

size_t HalvingPlan::MostSeedsAt(const Bracket& bracket, const Rung& rung) const {
  if (rung == bracket.rungs.back()) {
    return race_ && finalists_.size() == 1 ? static_cast<size_t>(kFirstRaceDecision) : seeds_;
  }
  return std::min(seeds_, static_cast<size_t>(pruner_.rung_seeds));
}

/// Numbers have room for every point on every rung, so that they depend on no value: those of a
/// bracket rung by rung, of a rung point by point, of a point seed by seed.
int64_t HalvingPlan::NumberOf(const Place& place) const {
  const size_t points = brackets_[place.bracket].points.size();
  return progress_[place.bracket].first_number +
         static_cast<int64_t>((place.rung * points + place.point) * seeds_ + place.seed);
}

HalvingPlan::Place HalvingPlan::PlaceOfNumber(int64_t number) const {
  size_t bracket = brackets_.size() - 1;
  while (progress_[bracket].first_number > number) --bracket;
  const size_t points = brackets_[bracket].points.size();
  const auto rest = static_cast<size_t>(number - progress_[bracket].first_number);
  return {bracket, rest / seeds_ / points, rest / seeds_ % points, rest % seeds_};
}

HalvingPlan::Grant HalvingPlan::GrantOf(const Place& place) const {
  const Bracket& bracket = brackets_[place.bracket];
  const bool is_whole = pruner_.is_truncated || place.rung + 1 == bracket.rungs.size();
  return {points_[bracket.points[place.point]].trials[place.seed], bracket.rungs[place.rung].budget,
          !is_whole};
}

HalvingPlan::Grant HalvingPlan::GrantOf(int64_t number) const {
  return GrantOf(PlaceOfNumber(number));
}

std::vector<int64_t> HalvingPlan::FirstNumbers() const {
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < brackets_.size(); ++i) {
    const Bracket& bracket = brackets_[i];
    const size_t most = SeedsAt(bracket, bracket.rungs.front());
    for (size_t point = 0; point < bracket.points.size(); ++point) {
      const size_t seeds = std::min(most, points_[bracket.points[point]].trials.size());
      for (size_t seed = 0; seed < seeds; ++seed) numbers.push_back(NumberOf({i, 0, point, seed}));
    }
  }
  return numbers;
}

Trial HalvingPlan::TrialOf(const Place& place) const {
  const Grant grant = GrantOf(place);
  Trial trial = space_.At(grant.index);
  return grant.is_shortened ? Shortened(std::move(trial), grant.budget) : trial;
}

Trial HalvingPlan::TrialAt(int64_t number) const { return TrialOf(PlaceOfNumber(number)); }

SearchPlan::ToCome HalvingPlan::StillToCome() const {
  ToCome to_come;
  for (size_t i = 0; i < brackets_.size(); ++i) {
    const Bracket& bracket = brackets_[i];
    for (size_t rung = progress_[i].rung + 1; rung < bracket.rungs.size(); ++rung) {
      const Rung& now = bracket.rungs[rung];
      const auto seeds = static_cast<int64_t>(SeedsAt(bracket, now));
      int64_t trials = now.points * seeds;
      to_come.epochs += trials * now.budget;
      if (pruner_.is_truncated) {  // the survivors' trials go on
        const Rung& before = bracket.rungs[rung - 1];
        const int64_t survivors =
            now.points * std::min(seeds, static_cast<int64_t>(SeedsAt(bracket, before)));
        to_come.epochs -= survivors * before.budget;
        trials -= survivors;
      }
      to_come.trials += trials;
    }
  }
  return to_come;
}

SearchPlan::Step HalvingPlan::Begin() {
  Step step;
  for (size_t i = 0; i < brackets_.size(); ++i) {
    std::vector<size_t> all(brackets_[i].points.size());
    std::iota(all.begin(), all.end(), size_t{0});
    Enter(i, 0, std::move(all), step);
  }
  return step;
}

/// Decides the trials of these points on a rung of the bracket.
void HalvingPlan::Enter(size_t bracket, size_t rung, std::vector<size_t> points, Step& step) {
  const Bracket& of = brackets_[bracket];
  Progress& progress = progress_[bracket];
  progress.rung = rung;
  progress.points = std::move(points);
  progress.values.clear();
  progress.missing = 0;
  if (race_ && rung + 1 == of.rungs.size()) {
    for (size_t i = 0; i < progress.points.size(); ++i) {
      finalists_[progress.first_group + i] = {bracket, progress.points[i]};
      Race(race_->Enter(progress.first_group + i), step);
    }
    return;
  }
  for (const size_t index : progress.points) {
    const SpacePoint& point = points_[of.points[index]];
    const size_t seeds = std::min(SeedsAt(of, of.rungs[rung]), point.trials.size());
    progress.values.emplace_back(seeds);
    progress.missing += seeds;
    for (size_t seed = 0; seed < seeds; ++seed) {
      Decide({bracket, rung, index, seed}, step);
    }
  }
}

void HalvingPlan::Decide(const Place& place, Step& step) const {
  const Bracket& of = brackets_[place.bracket];
  const Rung& rung = of.rungs[place.rung];
  step.trials.push_back({TrialOf(place), NumberOf(place), points_[of.points[place.point]].id,
                         rung.budget, rung.rung, of.bracket});
}

/// Decides the trials of these turns of the race.
void HalvingPlan::Race(const std::vector<SeedRace::Turn>& turns, Step& step) {
  for (const auto& [group, seed] : turns) {
    const auto& [bracket, point] = finalists_[group];
    Decide({bracket, brackets_[bracket].rungs.size() - 1, point, seed}, step);
  }
}

SearchPlan::Step HalvingPlan::OnValue(int64_t number, const std::optional<double>& value) {
  const Place place = PlaceOfNumber(number);
  Progress& progress = progress_[place.bracket];
  const auto at = std::lower_bound(progress.points.begin(), progress.points.end(), place.point);
  const auto index = static_cast<size_t>(at - progress.points.begin());
  const bool is_last = place.rung + 1 == brackets_[place.bracket].rungs.size();
  if (is_last && race_) {
    Step step;
    Race(race_->OnValue({progress.first_group + index, place.seed}, value), step);
    for (const size_t group : race_->TakeLeft()) {
      const auto& [bracket, point] = finalists_[group];
      step.dropped.push_back(points_[brackets_[bracket].points[point]].id);
    }
    return step;
  }
  progress.values[index][place.seed] = value;
  if (--progress.missing > 0 || is_last) return {};
  return Complete(place.bracket);
}

/// The best points of the bracket's rung go on, the others do not.
SearchPlan::Step HalvingPlan::Complete(size_t bracket) {
  const Bracket& of = brackets_[bracket];
  const Progress& progress = progress_[bracket];
  std::vector<std::optional<double>> means;
  for (const auto& values : progress.values) means.push_back(MeanOfSeeds(values));
  const std::vector<size_t> places = PlacesOf(means, space_.config().objective.mode == "max");
  const auto stay = static_cast<size_t>(of.rungs[progress.rung + 1].points);
  Step step;
  std::vector<size_t> survivors;
  for (size_t i = 0; i < places.size(); ++i) {
    const bool survives = places[i] < stay;
    if (survives) survivors.push_back(progress.points[i]);
    for (size_t seed = 0; seed < progress.values[i].size(); ++seed) {
      const Place place = {bracket, progress.rung, progress.points[i], seed};
      if (survives && !pruner_.is_truncated) step.promoted.push_back(TrialOf(place).id);
      if (!survives && pruner_.is_truncated) Leave(place, places[i], step);
    }
  }
  Enter(bracket, progress.rung + 1, std::move(survivors), step);
  return step;
}

/// Ends a trial that waits at the rung.
void HalvingPlan::Leave(const Place& place, size_t in_order, Step& step) const {
  const Bracket& of = brackets_[place.bracket];
  const Rung& rung = of.rungs[place.rung];
  step.ended.push_back({.trial_id = TrialOf(place).id,
                        .reason = fmt::format("after epoch {} its point was number {} of {}, of "
                                              "which the first {} went on",
                                              rung.budget, in_order + 1, rung.points,
                                              of.rungs[place.rung + 1].points),
                        .by = "pruner"});
}

}  // namespace lrsweep
