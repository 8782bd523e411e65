// The aliases of each library.
#pragma once

#include <vector>

#include "schedulers/aliases/alias.h"

namespace lrsweep {

/// Hugging Face transformers: the names of get_scheduler.
std::vector<Alias> TransformersAliases();

/// timm: the names of timm.scheduler.create_scheduler, with the parameters of their classes.
std::vector<Alias> TimmAliases();

}  // namespace lrsweep
