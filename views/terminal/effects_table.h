// The mean of every value of every parameter, as a table.
#pragma once

#include <string>

#include "analysis/importance.h"
#include "views/terminal/style.h"

namespace lrsweep {

/// A row for each value of each parameter: its trials, their mean and its 95% interval. Empty where
/// there is nothing to explain.
std::string EffectsTable(const WhatMatters& matters, const Style& style = {});

}  // namespace lrsweep
