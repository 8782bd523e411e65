// SVG to PNG, by the program rsvg-convert.
#pragma once

#include <filesystem>

namespace lrsweep {

/// Throws ResourceError, which says what to install, unless rsvg-convert (librsvg) can be run.
void RequirePngConverter();

/// Makes `png` of `svg`, a file, at twice its size in pixels. Throws std::runtime_error with what
/// the converter says where it fails.
void ConvertToPng(const std::filesystem::path& svg, const std::filesystem::path& png);

}  // namespace lrsweep
