// What the run never reaches of a schedule that was written with another library's name.
#pragma once

#include <cstdint>
#include <vector>

#include "params/value.h"
#include "sweep/search/schedule_findings.h"
#include "trial/trial.h"

namespace lrsweep {

/// Numbers of ticks above those that the run has, where the name became a Formula: other types say
/// it themselves, a formula does not tell its lengths. `written`: the section before translation.
std::vector<ScheduleFinding> FindingsOfAlias(const Map& written, const Trial& trial,
                                             int64_t images);

}  // namespace lrsweep
