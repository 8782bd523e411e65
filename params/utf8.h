// Characters of UTF-8. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lrsweep {

/// Characters (code points) in `text`: the columns that it takes in a terminal,
/// for characters of usual width.
size_t CountCharacters(std::string_view text);

/// `text`, or where it has more than `most` (at least 1) characters, the first `most` - 1 and "…".
std::string Shortened(const std::string& text, size_t most);

}  // namespace lrsweep
