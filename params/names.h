// Names in error messages: those that are known, and one that is not. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

/// "a, b, c".
std::string Listed(const std::vector<std::string>& names);

/// "unknown key \"epoch\"; did you mean \"epochs\"?"; where no known name is near, the sentence
/// lists them all. `what` is the kind of name: "key", "StepLR parameter".
std::string UnknownName(const std::string& what, const std::string& unknown,
                        const std::vector<std::string>& known);

}  // namespace lrsweep
