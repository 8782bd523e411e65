// What a sweep's epochs took, as text for people.
#pragma once

#include <string>

#include "results/store.h"

namespace lrsweep {

/// "1280 epochs recorded, 250 trained; 1 min 34 s of training recorded, 19 s trained"; empty where
/// no trials share epochs.
std::string WorkText(const WorkDone& work);

}  // namespace lrsweep
