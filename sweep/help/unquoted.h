// Words as people type them in a shell.
#pragma once

#include <string>
#include <string_view>

namespace lrsweep {

/// The word that a shell makes of `typed`: without its quotes and backslashes, and with the home
/// folder for a leading "~/". An open quote counts as closed. Variables and commands stay as they
/// are. Pure but for $HOME.
std::string Unquoted(std::string_view typed);

}  // namespace lrsweep
