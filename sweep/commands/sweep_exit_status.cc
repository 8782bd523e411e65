#include "sweep/commands/sweep_exit_status.h"

#include "params/errors.h"

namespace lrsweep {

int SweepExitStatus(const Store& store) {
  bool failed = false;
  for (const TrialCount& count : store.CountTrials()) {
    if (count.IsLeft()) return kInterrupted;
    failed = failed || (count.in_space && count.state == "failed");
  }
  return failed ? kSomeFailed : kAllEndedWell;
}

}  // namespace lrsweep
