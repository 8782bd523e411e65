// `lrsweep show`: everything about one trial.
#pragma once

#include <string>

#include "results/store.h"

namespace lrsweep {

/// The one trial whose id begins with `id_prefix` (in any case). Throws std::invalid_argument,
/// naming candidates, if none or several do.
TrialRow FindTrial(const Store& store, const std::string& id_prefix);

/// Its parameters, state, attempts and epochs. Throws as FindTrial.
std::string ShowText(const Store& store, const std::string& id_prefix);

/// The columns of its row in `trials`; "place" and "value" by the sweep's objective, null where it
/// is not ranked; "attempts" and "epochs", arrays of theirs.
std::string ShowJson(const Store& store, const std::string& id_prefix);

}  // namespace lrsweep
