// Manual pages, from the table of commands.
#pragma once

#include <string>
#include <vector>

#include "sweep/commands/subcommand.h"

namespace lrsweep {

struct ManPage {
  std::string file;  // "lrsweep-plan.1"
  std::string text;  // with the macros of man(7)
};

/// lrsweep(1), and a page for every command that is not internal. `version`: of the program;
/// `date`: "2026-11-29".
std::vector<ManPage> ManPages(const std::vector<Subcommand>& commands, const std::string& version,
                              const std::string& date);

}  // namespace lrsweep
