// `lrsweep schedules`: what the catalog knows, for people.
#pragma once

#include <string>

namespace lrsweep {

/// Every type with its parameters, their defaults, and one line of what it does.
std::string SchedulesText();

/// One type: its formula, its parameters with units and ranges, an example in YAML. Throws
/// UsageError for an unknown name, with the nearest known one.
std::string ScheduleText(const std::string& name);

/// The same as JSON: [{"name", "summary", "formula", "source", "interval", "example",
/// "parameters": [{"name", "expected", "default", "help"}]}]; of one type if `name` is not empty. A
/// parameter that must be written has no "default".
std::string SchedulesJson(const std::string& name);

}  // namespace lrsweep
