// `lrsweep show`: everything about one trial.
#pragma once

#include <string>

#include "results/store.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// What it is, its parameters, who trained it on what, its curves, its epochs, the other seeds of
/// its group, and the commands that repeat it. `db`: the database as its user names it. Throws as
/// FindTrial.
std::string ShowText(const Store& store, const std::string& id_prefix, const std::string& db,
                     const Style& style);

/// The columns of its row in `trials`; "place" and "value" by the sweep's objective, null where it
/// is not ranked; "sweep", what all its trials share; "attempts", "epochs" and "group" (the trials
/// that differ from it in the seed alone, itself included, each with its value), arrays.
std::string ShowJson(const Store& store, const std::string& id_prefix);

}  // namespace lrsweep
