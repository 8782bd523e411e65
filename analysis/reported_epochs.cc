#include "analysis/reported_epochs.h"

#include <cmath>

namespace lrsweep {

std::vector<EpochRow> ReportedEpochs(const Store& store, const SweepRecord& sweep,
                                     const TrialRow& trial) {
  std::vector<EpochRow> epochs = store.Epochs(trial.trial_id);
  if (!sweep.IsOfProgram()) return epochs;
  for (size_t i = 0; i < epochs.size(); ++i) {
    if (trial.diverged && i + 1 == epochs.size()) break;
    std::erase_if(epochs[i].metrics,
                  [](const auto& metric) { return !std::isfinite(metric.second); });
  }
  return epochs;
}

}  // namespace lrsweep
