// Output whose loss is an error: a full disk behind `> file` ends the command with a sentence.
#pragma once

#include <cstdio>
#include <string>

namespace lrsweep {

/// Writes `text` to `out` and flushes it. Throws ResourceError where that fails.
void Print(std::FILE* out, const std::string& text);

/// Prints a command's whole result to stdout and returns kAllEndedWell. Throws ResourceError.
int PrintResult(const std::string& text);

/// Replaces the file `path` by one of this text. Throws ResourceError.
void WriteFile(const std::string& path, const std::string& text);

}  // namespace lrsweep
