#include "sweep/coordinator/adaptive_search.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "sweep/coordinator/stored_results.h"
#include "sweep/search/dimension.h"
#include "sweep/search/halving_plan.h"
#include "sweep/search/race_plan.h"
#include "sweep/search/rungs.h"
#include "sweep/search/seed_race.h"
#include "sweep/search/tpe/tpe_plan.h"

namespace lrsweep {
namespace {

std::unique_ptr<SearchPlan> MakePlan(const SearchSpace& space) {
  if (space.config().pruner) return std::make_unique<HalvingPlan>(space);
  if (space.config().race) return std::make_unique<RacePlan>(space);
  return std::make_unique<TpePlan>(space);
}

/// The rungs of each bracket: their points follow from those of its first rung.
std::vector<std::vector<Rung>> RungsOfBrackets(const SweepConfig& config,
                                               const std::vector<RungCount>& decided) {
  const PrunerConfig& pruner = config.pruner.value();
  const auto epochs = std::get<int64_t>(*Find(config.fixed, "training.epochs"));
  const std::vector<int64_t> budgets =
      Budgets(epochs, pruner.grace_period, pruner.reduction_factor);
  std::vector<std::vector<Rung>> brackets;
  std::optional<int64_t> last;
  for (const RungCount& rung : decided) {
    if (last == rung.bracket) continue;
    last = rung.bracket;
    brackets.push_back(
        RungsOf(rung.points, budgets, static_cast<size_t>(rung.bracket), pruner.reduction_factor));
  }
  return brackets;
}

int64_t MostOfHalving(const SweepConfig& config, const std::vector<RungCount>& decided) {
  const auto brackets = RungsOfBrackets(config, decided);
  int64_t finalists = 0;
  for (const std::vector<Rung>& rungs : brackets) finalists += rungs.back().points;
  const auto all_seeds = static_cast<int64_t>(SeedsOf(config));
  const bool races_alone = config.race && finalists == 1;
  int64_t most = 0;
  for (const std::vector<Rung>& rungs : brackets) {
    int64_t before = 0;  // seeds that wait at the rung before
    for (const Rung& rung : rungs) {
      const bool is_last = rung == rungs.back();
      const int64_t seeds = !is_last      ? std::min(all_seeds, config.pruner->rung_seeds)
                            : races_alone ? kFirstRaceDecision
                                          : all_seeds;
      most += rung.points * (seeds - std::min(seeds, before));
      if (config.pruner->is_truncated) before = seeds;
    }
  }
  return most;
}

int64_t MostOfRace(const SweepConfig& config, const Store& store) {
  std::unordered_set<std::string> groups;
  for (const TrialRow& trial : store.Trials()) {
    if (trial.in_space) groups.insert(trial.group_id);
  }
  return BoundsOf(groups.size(), {.rounds = static_cast<int64_t>(SeedsOf(config))}).most;
}

}  // namespace

bool IsAdaptive(const SweepConfig& config) {
  return config.pruner || config.race || config.search.IsTpe();
}

std::unique_ptr<AdaptiveSource> MakeAdaptiveSource(const SearchSpace& space, const Store& store) {
  return std::make_unique<AdaptiveSource>(
      MakePlan(space), [&store, rules = RulesOf(store)](const Trial& trial, int64_t budget) {
        return ResultOf(store, rules, trial, budget);
      });
}

std::optional<int64_t> MostTrials(const SweepConfig& config, const Store& store) {
  if (!IsAdaptive(config) || store.CountTrials().empty()) return std::nullopt;
  if (config.pruner) return MostOfHalving(config, store.Rungs());
  if (config.race) return MostOfRace(config, store);
  return static_cast<int64_t>(SearchSpace(config).size());
}

}  // namespace lrsweep
