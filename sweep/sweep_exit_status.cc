#include "sweep/sweep_exit_status.h"

#include "sweep/errors.h"

namespace lrsweep {

int SweepExitStatus(const Store& store) {
  bool failed = false;
  for (const TrialCount& count : store.CountTrials()) {
    if (!count.in_space) continue;
    if (count.state == "pending" || count.state == "running") return kInterrupted;
    failed = failed || count.state == "failed";
  }
  return failed ? kSomeFailed : kAllEndedWell;
}

}  // namespace lrsweep
