// Reads `exclude:` and `zip:`, which leave out points of the space.
#pragma once

#include <string>
#include <vector>

#include "sweep/config/axis.h"
#include "sweep/config/config_node.h"

namespace lrsweep {

/// A text of the configuration and its place.
struct WrittenText {
  std::string text;
  Location at;
};

/// Axes that go together: the first values of all are one choice, the second ones the next.
struct Zip {
  std::vector<WrittenText> paths;
  Location at;

  bool Has(const std::string& path) const;
};

/// The conditions whose points are left out. Throws ConfigError.
std::vector<WrittenText> ReadExclusions(const ConfigNode& root);

/// The zips: each names at least two axes of `axes`, those of all sections, and each axis stands in
/// one zip only. Throws ConfigError.
std::vector<Zip> ReadZips(const ConfigNode& root, const std::vector<const Axis*>& axes);

}  // namespace lrsweep
