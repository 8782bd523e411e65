// A command of the program, described as data: its words, its options, and the function that does
// it. command_line.cc turns these descriptions into the parser and its help.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "params/parameter.h"
#include "trial/executor.h"

namespace lrsweep {

/// The parts that main.cc joins to the commands, so that a command that trains nothing loads
/// neither an engine nor LibTorch.
struct Parts {
  MakeExecutor make_executor;
  std::function<bool()> has_usable_gpu;  // whether this process could train on one
};

struct Subcommand;

/// What a command may use when it runs.
struct CommandContext {
  const Parts& parts;
  const std::vector<Subcommand>& commands;      // every command, in the order of the help
  std::vector<std::string> words;               // the command line, from the command's name to a --
  std::vector<std::string> mpirun_arguments{};  // what follows the --
};

/// What a value names, so that a shell can complete it.
enum class ValueKind {
  kOther,
  kConfiguration,  // a file *.yaml
  kDatabase,       // a file *.db
  kFile,
  kFolder,
  kSchedule,         // a type, or another library's name for one
  kMetric,           // of the database that the command line names, else of the built-in model
  kTrial,            // the id of one of that database
  kTrialOrDatabase,  // what `lrsweep compare` takes
};

/// Where an option's value goes; the variable outlives the parsing. A bool is a flag;
/// std::optional<bool> is a flag that can be switched off (--verdict, --no-verdict); a vector takes
/// several values. What is not given leaves its variable unchanged.
using OptionTarget =
    std::variant<bool*, std::optional<bool>*, std::string*, std::optional<std::string>*,
                 std::vector<std::string>*, size_t*, std::optional<size_t>*, int64_t*,
                 std::optional<int64_t>*, double*>;

/// One option, or one positional argument.
struct Option {
  std::string name;  // "--limit", "--quiet,-q"; without dashes a positional argument: "DB"
  OptionTarget target;
  std::string help;                       // what it is, its unit; the default, unless shows_default
  std::string value_name = {};            // what the help calls the value ("FILE"); empty: its type
  std::vector<std::string> choices = {};  // the words that it accepts; empty: any
  std::optional<Range> range = {};        // of a number
  bool is_required = false;
  bool shows_default = false;          // the help shows the variable's value as the default
  std::string needs = {};              // the name of an option without which this one is a mistake
  std::string excludes = {};           // the name of an option with which this one is a mistake
  ValueKind kind = ValueKind::kOther;  // of the value
};

struct Subcommand {
  std::string name;  // "plan"
  std::string help;  // one sentence without its full stop
  std::vector<Option> options;
  /// Does it and returns the exit status. Called after parsing, at most once. May throw what
  /// WithExitStatus knows.
  std::function<int(const CommandContext&)> run;
  std::string footer = {};  // at the end of its help; empty: the program's
  /// The option with which arguments after a lone -- are accepted (they are mpirun's).
  std::string takes_mpirun_arguments_with = {};
  /// Called by scripts and by the build, not by people: the help does not show it, and its words
  /// are not parsed but left to `run`.
  bool is_internal = false;
};

}  // namespace lrsweep
