// `lrsweep show`: one trial in full.
#pragma once

#include <string>

#include "results/store.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// State and place, parameters, provenance, curves, epochs, the other seeds of its group, and the
/// commands that repeat it. `db`: the database as the user named it. Throws as FindTrial.
std::string ShowText(const Store& store, const std::string& id_prefix, const std::string& db,
                     const Style& style);

/// The columns of its row in `trials`; "place" and "value" by the sweep's objective, null where it
/// is not ranked; "sweep", what all trials of the sweep share; "attempts", "epochs" and "group"
/// (the trials that differ from it in the seed alone, itself included, each with its value),
/// arrays.
std::string ShowJson(const Store& store, const std::string& id_prefix);

}  // namespace lrsweep
