// Reads the rates that a Table names by a file.
#pragma once

#include "sweep/config/config_node.h"

namespace lrsweep {

/// Puts `rates` in the place of `file` in every Table under `scheduler` of a configuration, nested
/// ones included: from here on the rates themselves are the parameter and stand in the
/// configuration that the database keeps, so that neither another machine nor a later command needs
/// the file. A grid of files becomes a grid of lists. Returns whether there was a file.
///
/// The file has one rate a line: a number of at least 0. Blank lines, lines that begin with # and a
/// heading in the first line do not count. Its name counts from the folder of the configuration; in
/// `--set`, from the current folder.
///
/// Throws ConfigError at the place in the configuration where a Table has neither or both, where
/// the file cannot be read or has no or more than 50,000 rates, and at the place in the file where
/// a line is no rate.
bool ReadRatesFiles(ConfigNode& root);

}  // namespace lrsweep
