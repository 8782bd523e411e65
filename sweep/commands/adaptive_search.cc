#include "sweep/commands/adaptive_search.h"

#include "sweep/coordinator/stored_results.h"
#include "sweep/search/halving_plan.h"

namespace lrsweep {
bool IsAdaptive(const SweepConfig& config) { return config.pruner.has_value(); }

std::unique_ptr<AdaptiveSource> MakeAdaptiveSource(const SearchSpace& space, const Store& store) {
  return std::make_unique<AdaptiveSource>(
      std::make_unique<HalvingPlan>(space),
      [&store](const Trial& trial, int64_t budget) { return ResultOf(store, trial, budget); });
}

}  // namespace lrsweep
