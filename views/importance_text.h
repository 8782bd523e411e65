// Which parameters matter in a sweep: as one line, and as JSON.
#pragma once

#include <string>

#include "analysis/importance.h"
#include "views/json_rows.h"

namespace lrsweep {

/// "What matters: type 61%, max_lr of CyclicLR 22%, luck (seeds) 9% of the variance of
/// val_accuracy", with what that leaves out or assumes. Empty where there is nothing to explain.
std::string ImportanceText(const WhatMatters& matters);

/// "22%", "under 1%".
std::string ShareText(double share);

/// "max_lr", or "max_lr of CyclicLR" for a parameter that one scheduler has.
std::string NameOf(const ParameterImportance& parameter);

/// {"parameters": [{"name", "within" (a scheduler, or null), "share", "values": [{"value", "n",
/// "mean", "low", "high"}]}], "interactions", "luck", "complete", "missing" (or null),
/// "left_out"}; null where there is nothing to explain.
Json ToJson(const WhatMatters& matters);

}  // namespace lrsweep
