// Trials as people name them: by the beginning of their id.
#pragma once

#include <string>

#include "results/store.h"

namespace lrsweep {

/// The one trial whose id begins with `id_prefix` (in any case). Throws std::invalid_argument,
/// naming candidates, if none or several do.
TrialRow FindTrial(const Store& store, const std::string& id_prefix);

}  // namespace lrsweep
