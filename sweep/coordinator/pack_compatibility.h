// Which trials one worker can train together as a pack.
#pragma once

#include <string>

#include "params/value.h"

namespace lrsweep {

/// Equal for trials that can share a pack: the text of all that shapes their computation, which is
/// the data, the network, the batch size and the optimizer's formula. What is a number in that
/// formula may differ from trial to trial: seed, rates and schedule, momentum, weight decay,
/// dampening, betas, eps; and the number of epochs. `params` is a trial's complete parameters.
std::string PackKey(const Map& params);

}  // namespace lrsweep
