// A stored trial with all that verifying it needs, as it was at one moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "params/value.h"
#include "results/store.h"
#include "sweep/verification/verify_report.h"

namespace lrsweep {

struct StoredTrial {
  TrialRow row;
  Map params;
  std::vector<EpochRow> epochs;
  std::vector<StepRow> steps;
  std::vector<AttemptRow> attempts;  // of one that was never trained by itself those at the trials
                                     //   with which it shares its epochs
};

/// Throws UsageError where the trial has no epoch to compare, StoreError where rows are missing.
StoredTrial ReadTrial(const Store& store, const SweepRecord& sweep, const TrialRow& row);

Provenance ToProvenance(const WorkerInfo& by, int64_t pack_size, const std::string& version);

}  // namespace lrsweep
