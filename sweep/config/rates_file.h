// Reads the rates that a Table names by a file.
#pragma once

#include <string>

#include "sweep/config/config_node.h"

namespace lrsweep {

/// The entry of a Table at `path` ("scheduler") with `rates` in the place of `file`: from here on
/// the rates themselves are the parameter, and no other machine needs the file. A grid of files
/// becomes a grid of lists. An entry that has rates is returned as it is.
///
/// The file has one rate a line: a number of at least 0. Blank lines, lines that begin with # and a
/// heading in the first line do not count. Its name counts from the folder of the configuration; in
/// `--set`, from the current folder.
///
/// Throws ConfigError at the place in the configuration where the entry has neither or both, where
/// the file cannot be read or has no or more than 50,000 rates, and at the place in the file where
/// a line is no rate.
ConfigNode WithRatesOfFile(const ConfigNode& entry, const std::string& path);

}  // namespace lrsweep
