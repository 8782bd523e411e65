// The identity of a trial: a hash of its parameters, which never depends on order, rank or machine.
#pragma once

#include <string>

#include "params/value.h"

namespace lrsweep {

/// A section of a trial's parameters ("training") without the values equal to their defaults.
Map CanonicalSection(const std::string& name, const Map& section);

/// `params` (a trial's complete parameters) without those equal to their defaults, so that spelling
/// a default out, or a later version's new parameter, changes no id. Its ToJson is what is hashed.
Map CanonicalParams(const Map& params);

/// The first 16 hex digits of SHA-256 of canonical parameters' JSON.
std::string IdOfJson(const std::string& canonical_json);

/// The id of a trial of these complete parameters.
std::string TrialId(const Map& params);

/// The same without training.seed: equal for trials that differ in the seed alone.
std::string GroupId(const Map& params);

}  // namespace lrsweep
