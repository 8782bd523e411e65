// What timm's schedulers mean as schedules of the catalog: Alias::translate of each.
#pragma once

#include "schedulers/aliases/alias.h"

namespace lrsweep::timm {

Map Cosine(const Map& parameters, const AliasPlace& place);
Map Polynomial(const Map& parameters, const AliasPlace& place);
Map Tanh(const Map& parameters, const AliasPlace& place);
Map Step(const Map& parameters, const AliasPlace& place);
Map Constant(const Map& parameters, const AliasPlace& place);
Map MultiStep(const Map& parameters, const AliasPlace& place);
Map OnPlateau(const Map& parameters, const AliasPlace& place);
Map Wsd(const Map& parameters, const AliasPlace& place);

}  // namespace lrsweep::timm
