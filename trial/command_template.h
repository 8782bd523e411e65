// A command with placeholders: {params.width}, {dir}, {args}. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "params/value.h"

namespace lrsweep {

/// A placeholder as it stands in a command.
struct Placeholder {
  std::string name;      // without the braces: "params.width"
  size_t argument = 0;   // its position in the command, from 0
  size_t character = 0;  // where its brace stands in that argument, in bytes from 0
};

/// The placeholders of a command: a letter, then letters, digits, '_', '-' and '.', between braces.
/// Other braces are text, as those of {"a": {"b": 1}}; {{name}} stands for the text {name}.
std::vector<Placeholder> PlaceholdersOf(const std::vector<std::string>& command);

/// The names that are no path of a parameter: args, args_no_hyphens, json, params_file, dir,
/// schedule_file. The first two must be arguments by themselves.
const std::vector<std::string>& SpecialPlaceholders();

/// What fills the placeholders of one trial.
struct CommandValues {
  Map params;                      // the trial's, nested as in the configuration
  std::vector<std::string> swept;  // ProgramSpec::swept; one that `params` lacks is left out
  std::string dir;                 // the trial's folder
  std::string schedule_file;
  std::string params_file;
};

/// The command's argv. A parameter is its text (no quotes), its number in the shortest form (as
/// ToJson), true, false or null; a list or mapping as JSON. {args} becomes two arguments for each
/// swept parameter, "--width" "64", {args_no_hyphens} one, "width=64". {json} is all of `params` as
/// JSON. Throws std::invalid_argument for a placeholder that is neither special nor in `params`,
/// and for an {args} that is part of an argument.
std::vector<std::string> Resolve(const std::vector<std::string>& command,
                                 const CommandValues& values);

/// The name that {args} gives the parameter at a path, which is the path without its section:
/// "params.model.width" is "model.width", "optimizer.lr" is "lr".
std::string ArgumentName(const std::string& path);

}  // namespace lrsweep
