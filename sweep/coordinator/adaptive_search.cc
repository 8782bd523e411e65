#include "sweep/coordinator/adaptive_search.h"

#include "sweep/coordinator/stored_results.h"
#include "sweep/search/halving_plan.h"
#include "sweep/search/race_plan.h"
#include "sweep/search/tpe/tpe_plan.h"

namespace lrsweep {
namespace {

std::unique_ptr<SearchPlan> MakePlan(const SearchSpace& space) {
  if (space.config().pruner) return std::make_unique<HalvingPlan>(space);
  if (space.config().race) return std::make_unique<RacePlan>(space);
  return std::make_unique<TpePlan>(space);
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

}  // namespace lrsweep
