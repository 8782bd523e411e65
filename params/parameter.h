// A parameter: its name, kind, range, default and meaning. Tables of parameters describe the
// schedulers and the other sections of a trial: they parse the configuration, give trial parameters
// their types, and are what the help prints. Pure functions; thread-safe.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "params/value.h"

namespace lrsweep {

enum class Kind {
  kBoolean,
  kInteger,
  kReal,
  kText,
  kChoice,
  kIntegerList,
  kRealList,
  kRealPair,    // [a, b]
  kPointList,   // [[tick, value], ...]: ticks are integers of at least 0, values are reals
  kMapping,     // {name: value, ...} of the parameters in `members`
  kNumberMap,   // {name: real, ...} of any names
  kSchedulers,  // [{type: ..., own parameters}, ...]: nested schedulers, without what is common to
                // all (interval, warmup); schedulers/compose.cc checks the members
};

/// Bounds of a number, of every element of a list, or of the value of every point.
struct Range {
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool open_minimum = false;  // the minimum itself is excluded
  bool open_maximum = false;  // the maximum itself is excluded
};

/// One row of a table of parameters.
struct Parameter {
  std::string name{};  // PyTorch's name where it has one
  Kind kind = Kind::kReal;
  /// No value: the parameter must be written. Null: it may be left out and then has no value.
  /// Defaults are part of what a trial's id means: they never change.
  std::optional<Value> default_value{};
  Range range{};
  std::vector<std::string> choices{};  // of kChoice
  /// Of kChoice: it names a metric, and `choices` are those of the built-in model. Coerce takes any
  /// name, since a user's program has others; the configuration checks it.
  bool names_metric = false;
  /// Counts ticks (each element, or the tick of each point): a number may also be written as "run"
  /// or as a share of it such as "20%" (params/ticks.h), and lint compares it with the run.
  bool counts_ticks = false;
  bool null_is_run = false;          // of one that counts ticks
  std::vector<Parameter> members{};  // of kMapping
  std::string help{};                // unit and meaning, one line
};

/// Converts the value to the parameter's own type: an integer becomes a real where a real is meant,
/// "run" and shares of it stay texts where ticks are counted, null stays null where that is the
/// default, a mapping is completed with its members' defaults. Of nested schedulers only the form
/// is checked: a list of at least one mapping, each with its type. Throws std::invalid_argument
/// with what was expected: "expected an integer of at least 1, not 0".
Value Coerce(const Parameter& parameter, const Value& value);

/// "an integer of at least 1", "one of triangular, triangular2, exp_range": for errors and help.
std::string Describe(const Parameter& parameter);

/// The name in `known` nearest to `unknown`, or "" where none is near enough for a typing mistake.
std::string NearestName(const std::string& unknown, const std::vector<std::string>& known);

}  // namespace lrsweep
