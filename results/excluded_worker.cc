#include "results/excluded_worker.h"

namespace lrsweep {

std::string Describe(const ExcludedWorker& worker) {
  return "worker " + std::to_string(worker.worker) + " on " + worker.host + " (" + worker.device +
         ") gets no trials any more: " + worker.reason;
}

}  // namespace lrsweep
