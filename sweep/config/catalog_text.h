// What `lrsweep schedules` prints about types of schedulers and about other libraries' names.
#pragma once

#include <string>
#include <vector>

#include "params/parameter.h"
#include "schedulers/aliases/alias.h"
#include "schedulers/scheduler_type.h"

namespace lrsweep {

/// A name with what it does, when it advances, and its parameters with their defaults.
std::string ListedText(const SchedulerType& type);
std::string ListedText(const Alias& alias);

/// One type: its formula, its parameters with units and ranges, an example in YAML.
std::string ExplainedText(const SchedulerType& type);

/// One alias: what its example is translated to, its parameters, where it may surprise.
std::string ExplainedText(const Alias& alias);

/// {"name", "summary", "formula", "source", "interval", "example",
/// "parameters": [{"name", "expected", "default", "help"}]}. A parameter that must be written has
/// no "default".
Map CatalogMap(const SchedulerType& type);

/// The same, without a formula, and with "notes", and "means": what the example is translated to.
Map CatalogMap(const Alias& alias);

}  // namespace lrsweep
