// Numbers for sentences.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace lrsweep {

/// The shortest exact form: "1", "0.05", "1e-05"; "NaN" for what is not finite.
inline std::string NumberText(double value) {
  if (!std::isfinite(value)) return "NaN";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace lrsweep
