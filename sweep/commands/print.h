// Output that must arrive: a full disk behind `> file` is not passed over.
#pragma once

#include <cstdio>
#include <string>

namespace lrsweep {

/// Writes `text` to `out` and flushes it. Throws ResourceError where that fails.
void Print(std::FILE* out, const std::string& text);

}  // namespace lrsweep
