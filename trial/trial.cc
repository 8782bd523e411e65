#include "trial/trial.h"

#include <array>

namespace lrsweep {

std::string_view ToString(TrialState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"pending", "running", "completed",
                                                             "stopped", "failed"};
  return kNames[static_cast<size_t>(state)];
}

}  // namespace lrsweep
