// What a sweep's database says of how its run would exit.
#pragma once

#include "results/store.h"

namespace lrsweep {

/// The exit status that a sweep's run would give: 75 with trials left, 1 where some failed, else 0.
int SweepExitStatus(const Store& store);

}  // namespace lrsweep
