#include "tests/simulation/plain_search.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/statistics/race.h"
#include "sweep/search/halving_plan.h"
#include "sweep/search/rungs.h"
#include "sweep/search/tpe/tpe_entry.h"
#include "tests/simulation/source.h"
#include "tests/simulation/training.h"

namespace lrsweep::simulation {
namespace {

using Value = std::optional<double>;  // none: failed or diverged

class Search {
 public:
  Search(const SearchSpace& space, const Scenario& scenario)
      : config_(space.config()), space_(space), scenario_(scenario), points_(space.Points()) {
    for (const SpacePoint& point : points_) seeds_ = std::max(seeds_, point.trials.size());
  }

  std::map<std::string, Searched> Result() {
    if (config_.search.IsTpe()) {
      FollowRounds();
    } else if (config_.pruner) {
      Halve();
    } else {
      Race(
          [this](size_t point, size_t seed) {
            const size_t index = points_[point].trials[seed];
            return Searched{.trial = space_.At(index), .number = static_cast<int64_t>(index)};
          },
          points_.size());
    }
    return std::move(trials_);
  }

 private:
  /// The value of the trial, had it ended after so many epochs.
  Value ValueAfter(const Trial& trial, int64_t epochs) const {
    std::vector<double> curve;
    for (const EpochRecord& record : TrainUndisturbed(trial.params, scenario_).epochs) {
      if (record.epoch > epochs) break;
      if (record.diverged) return std::nullopt;
      curve.push_back(MetricValue(record.metrics, config_.objective.metric));
    }
    if (std::ssize(curve) < epochs) return std::nullopt;
    return ValueOf(curve, config_.objective);
  }

  Value FinalValue(const Trial& trial) const { return ValueAfter(trial, EpochsOf(trial)); }

  bool MoreIsBetter() const { return config_.objective.mode == "max"; }

  /// What is decided later of a trial counts, but for its number.
  Searched& Note(Searched searched) {
    const auto [at, is_new] = trials_.try_emplace(searched.trial.id, searched);
    if (!is_new) searched.number = at->second.number;
    at->second = std::move(searched);
    return at->second;
  }

  /// Every group of a race has values for all seeds here: which of them are trained follows from
  /// the rounds that it stays.
  template <typename TurnAt>
  void Race(const TurnAt& turn_at, size_t groups) {
    std::vector<std::vector<double>> values(groups);
    for (size_t group = 0; group < groups; ++group) {
      for (size_t seed = 0; seed < seeds_; ++seed) {
        const Value value = FinalValue(turn_at(group, seed).trial);
        const double sign = MoreIsBetter() ? 1 : -1;
        values[group].push_back(value ? sign * *value : std::numeric_limits<double>::quiet_NaN());
      }
    }
    const RaceState end = FollowRace(values, {.rounds = static_cast<int64_t>(seeds_),
                                              .confidence = config_.race.value().confidence});
    for (size_t group = 0; group < groups; ++group) {
      const int64_t left_after = end.left_after[group];
      const int64_t rounds = left_after > 0 ? left_after : std::max(end.rounds, kFirstRaceDecision);
      std::string group_id;
      for (size_t seed = 0; seed < static_cast<size_t>(rounds); ++seed) {
        group_id = Note(turn_at(group, seed)).trial.group_id;
      }
      for (auto& [id, searched] : trials_) {
        if (left_after > 0 && searched.trial.group_id == group_id) searched.dropped = true;
      }
    }
  }

  /// The trial of a seed on a rung of a bracket. `point`: its place in the bracket.
  Searched At(const Bracket& bracket, int64_t first_number, size_t rung, size_t point,
              size_t seed) const {
    const Rung& on = bracket.rungs[rung];
    const SpacePoint& of = points_[bracket.points[point]];
    Trial trial = space_.At(of.trials[seed]);
    const bool is_shortened = !config_.pruner->is_truncated && rung + 1 < bracket.rungs.size();
    if (is_shortened) trial = Shortened(std::move(trial), on.budget);
    const size_t place = (rung * bracket.points.size() + point) * seeds_ + seed;
    return {.trial = std::move(trial),
            .number = first_number + static_cast<int64_t>(place),
            .point = of.id,
            .budget = on.budget,
            .rung = on.rung,
            .bracket = bracket.bracket};
  }

  /// A point on a rung: the best comes first.
  struct Ranked {
    Value mean;
    size_t point = 0;
  };

  void Sort(std::vector<Ranked>& points) const {
    std::sort(points.begin(), points.end(), [this](const Ranked& a, const Ranked& b) {
      if (a.mean == b.mean) return a.point < b.point;
      if (!a.mean || !b.mean) return a.mean.has_value();
      return MoreIsBetter() ? *a.mean > *b.mean : *a.mean < *b.mean;
    });
  }

  /// Trains `points` on a rung that is not the last one; returns those that go on.
  std::vector<size_t> Climb(const Bracket& bracket, int64_t first_number, size_t rung,
                            const std::vector<size_t>& points) {
    const int64_t budget = bracket.rungs[rung].budget;
    const bool is_truncated = config_.pruner->is_truncated;
    const size_t seeds = std::min(seeds_, static_cast<size_t>(config_.pruner->rung_seeds));
    std::vector<Ranked> ranked;
    for (const size_t point : points) {
      std::vector<Value> values;
      for (size_t seed = 0; seed < seeds; ++seed) {
        const Searched& trained = Note(At(bracket, first_number, rung, point, seed));
        values.push_back(ValueAfter(trained.trial, budget));
      }
      ranked.push_back({MeanOfSeeds(values), point});
    }
    Sort(ranked);
    std::vector<size_t> survivors;
    for (size_t i = 0; i < ranked.size(); ++i) {
      const bool survives = static_cast<int64_t>(i) < bracket.rungs[rung + 1].points;
      if (survives) survivors.push_back(ranked[i].point);
      for (size_t seed = 0; seed < seeds; ++seed) {
        const Trial trial = At(bracket, first_number, rung, ranked[i].point, seed).trial;
        Searched& searched = trials_.at(trial.id);
        searched.promoted = survives && !is_truncated;
        searched.is_ended = !survives && is_truncated && ValueAfter(trial, budget);
      }
    }
    std::sort(survivors.begin(), survivors.end());
    return survivors;
  }

  void Halve() {
    const PrunerConfig& pruner = *config_.pruner;
    const auto epochs = std::get<int64_t>(*Find(config_.fixed, "training.epochs"));
    std::vector<std::string> ids;
    for (const SpacePoint& point : points_) ids.push_back(point.id);
    const std::vector<Bracket> brackets =
        DivideIntoBrackets(ids, Budgets(epochs, pruner.grace_period, pruner.reduction_factor),
                           pruner.reduction_factor, pruner.brackets);
    std::vector<std::pair<const Bracket*, int64_t>> of_finalists;  // and its first number
    std::vector<size_t> finalists;
    int64_t first_number = 0;
    for (const Bracket& bracket : brackets) {
      std::vector<size_t> points(bracket.points.size());
      std::iota(points.begin(), points.end(), size_t{0});
      for (size_t rung = 0; rung + 1 < bracket.rungs.size(); ++rung) {
        points = Climb(bracket, first_number, rung, points);
      }
      for (const size_t point : points) {
        of_finalists.emplace_back(&bracket, first_number);
        finalists.push_back(point);
      }
      first_number += static_cast<int64_t>(bracket.rungs.size() * bracket.points.size() * seeds_);
    }
    const auto turn_at = [&](size_t group, size_t seed) {
      const auto& [bracket, first] = of_finalists[group];
      return At(*bracket, first, bracket->rungs.size() - 1, finalists[group], seed);
    };
    if (config_.race) return Race(turn_at, finalists.size());
    for (size_t group = 0; group < finalists.size(); ++group) {
      for (size_t seed = 0; seed < seeds_; ++seed) Note(turn_at(group, seed));
    }
  }

  /// Trains a point of TPE. Returns its value: the best of the means of its groups.
  Value TrainPoint(const TpeEntry& entry, const std::vector<FoundTrial>& point) {
    std::map<uint64_t, std::vector<Value>> groups;
    for (const FoundTrial& found : point) {
      const auto number = static_cast<int64_t>(trials_.size());
      const Searched& trained = Note({.trial = entry.TrialOf(found), .number = number});
      groups[found.group_id].push_back(FinalValue(trained.trial));
    }
    Value best;
    for (const auto& [id, values] : groups) {
      const Value mean = MeanOfSeeds(values);
      const bool is_better = mean && (!best || (MoreIsBetter() ? *mean > *best : *mean < *best));
      if (is_better) best = mean;
    }
    return best;
  }

  /// Each round of TPE knows the values of all rounds but the one before it.
  void FollowRounds() {
    std::deque<TpeEntry> entries;
    size_t most = 0;
    for (const Block& block : space_.blocks()) {
      most = std::max(most, entries.emplace_back(space_, block).size());
    }
    std::vector<std::vector<Value>> values(entries.size());  // of each entry's points
    const auto batch = static_cast<size_t>(config_.search.batch);
    for (size_t first = 0; first < most; first += batch) {
      const size_t known = first < 2 * batch ? 0 : first - batch;
      for (size_t i = 0; i < entries.size(); ++i) {
        if (first >= entries[i].size()) continue;
        const std::vector<Value> of_known(values[i].begin(),
                                          values[i].begin() + static_cast<ptrdiff_t>(known));
        const size_t end = std::min(first + batch, entries[i].size());
        while (values[i].size() < end) {
          values[i].push_back(TrainPoint(entries[i], entries[i].Next(of_known)));
        }
      }
    }
  }

  const SweepConfig& config_;
  const SearchSpace& space_;
  const Scenario& scenario_;
  const std::vector<SpacePoint> points_;
  size_t seeds_ = 0;  // of each point
  std::map<std::string, Searched> trials_;
};

}  // namespace

std::map<std::string, Searched> PlainSearch(const SearchSpace& space, const Scenario& scenario) {
  return Search(space, scenario).Result();
}

}  // namespace lrsweep::simulation
