#include "trial/trial.h"

#include <array>
#include <variant>

namespace lrsweep {

int64_t EpochsOf(const Trial& trial) {
  return std::get<int64_t>(*Find(trial.params, "training.epochs"));
}

std::string_view ToString(TrialState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"pending", "running", "completed",
                                                             "stopped", "failed"};
  return kNames[static_cast<size_t>(state)];
}

}  // namespace lrsweep
