// The names of an option, as the parser, the completion and the manual read Option::name.
#pragma once

#include <string>
#include <vector>

#include "sweep/commands/subcommand.h"

namespace lrsweep {

/// Its names that begin with '-', long ones first: "--quiet", "-q"; of a flag that can be switched
/// off also "--no-quiet". Empty for a positional argument.
std::vector<std::string> DashedNames(const Option& option);

/// "DB" of a positional argument; empty for an option.
std::string PositionalName(const Option& option);

/// Whether it is given without a value.
bool IsFlag(const Option& option);

/// Whether it takes several values.
bool TakesSeveral(const Option& option);

}  // namespace lrsweep
