// Text of other programs, made safe for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace lrsweep {

/// Shows control characters instead of sending them to the terminal, where they could change its
/// title, its colours or what stands above: ESC becomes "^[". Newlines, tabs and carriage returns
/// (of progress bars) stay. What is not UTF-8 becomes U+FFFD. The text may come in pieces that are
/// cut anywhere.
class TerminalText {
 public:
  /// The piece, with what the last one left; without a character at its end that is not complete
  /// yet.
  std::string Add(std::string_view piece);
  /// What the last piece left.
  std::string Finish();

 private:
  std::string rest_;
};

}  // namespace lrsweep
