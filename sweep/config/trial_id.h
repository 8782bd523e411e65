// The identity of a trial: a hash of its parameters. It never depends on order, rank or machine.
#pragma once

#include <string>

#include "params/value.h"

namespace lrsweep {

/// What trains a trial: it decides which of its parameters have defaults.
enum class Model { kBuiltIn, kProgram };

/// A program's trial has the section `trial`.
Model ModelOf(const Map& params);

/// The canonical form of one section of a trial ("training"): without the values that equal their
/// defaults. A program's own sections (trial, params, optimizer) have no defaults.
Map CanonicalSection(Model model, const std::string& name, const Map& section);

/// The canonical form of a trial's complete parameters: every section's, without the empty ones. So
/// a default that is written out, or a parameter that a later version adds, changes no id.
Map CanonicalParams(const Map& params);

/// The id of a trial: the first 16 hex digits of the SHA-256 of ToJson(CanonicalParams(params)). Of
/// the same JSON without training.seed it is the id of the trial's group.
std::string IdOfJson(const std::string& canonical_json);

}  // namespace lrsweep
