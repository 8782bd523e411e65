// A worker that gets no trials any more, as the store records it and the views show it.
#pragma once

#include <cstdint>
#include <string>

namespace lrsweep {

struct ExcludedWorker {
  int64_t worker = 0;  // its MPI rank; 0 where the coordinator trains itself
  std::string host;
  std::string device;  // "cpu", "cuda:1"
  std::string reason;  // one line
};

/// "worker 2 on gpu07 (cuda:1) gets no trials any more: REASON".
std::string Describe(const ExcludedWorker& worker);

}  // namespace lrsweep
