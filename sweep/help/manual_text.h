// What the manual says besides the table of commands.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

/// A name with a sentence about it.
struct ManualEntry {
  std::string name;
  std::string help;
};

/// The exit statuses of every command whose help does not say others.
const std::vector<ManualEntry>& ExitStatuses();

/// The environment variables that the program reads.
const std::vector<ManualEntry>& EnvironmentVariables();

/// The files that a sweep makes.
const std::vector<ManualEntry>& SweepFiles();

/// Commands to type, with what they do, for one of the commands.
std::vector<ManualEntry> ExamplesOf(const std::string& command);

}  // namespace lrsweep
