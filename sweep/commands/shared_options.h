// Options that several commands have in common, and helpers that interpret them.
#pragma once

#include <string>
#include <vector>

#include "analysis/ranked_sweep.h"
#include "sweep/commands/subcommand.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

/// The configuration that a command takes: CONFIG and any number of --set.
struct ConfigArguments {
  std::string file;
  std::vector<std::string> settings;  // "KEY=VALUE", in the order of the command line

  std::vector<Option> Options();
  /// Reads the file with the settings, then those of `more`. Throws ConfigError.
  SweepConfig Load(const std::vector<Setting>& more = {}) const;
};

Option StrictOption(bool& strict);

/// Prints what lint finds on stderr, a warning a line, unless `quiet`. Throws UsageError for the
/// first finding if `strict`, and as Lint and ImagesPerEpoch do.
void ReportLint(const SearchSpace& space, bool strict, bool quiet);

/// Prints each sentence on stderr as a warning, one a line.
void PrintWarnings(const std::vector<std::string>& sentences);

Option DatabaseOption(std::string& db);
Option JsonOption(bool& json);

/// The objective that ranks in place of the sweep's.
std::vector<Option> ObjectiveRows(ObjectiveOptions& objective);

/// `more` behind `first`.
std::vector<Option> Join(std::vector<Option> first, std::vector<Option> more);

}  // namespace lrsweep
