// Schedules under the names and parameters that other libraries have for them.
//
// `{type: transformers.cosine, num_warmup_steps: 5%}` is translated when a trial is made: what is
// trained, stored and hashed to the trial's id is a schedule of the catalog. So an alias has no
// mathematics of its own, and two ways of writing one schedule may be one trial.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "params/parameter.h"
#include "params/value.h"

namespace lrsweep {

/// Where a translated schedule will stand.
struct AliasPlace {
  /// The schedule is an entry under `scheduler:` whose ticks are optimizer steps: only there a
  /// `warmup` can stand in front of it. Elsewhere a warm-up is the first part of a SequentialLR.
  bool may_have_warmup = false;
};

struct Alias {
  std::string name{};              // "transformers.cosine": the library and its own name
  std::string summary{};           // one line
  std::string notes{};             // where it may surprise: an original that is off by one, its end
  std::string source{};            // the function or class that it is
  std::string example{};           // one entry in YAML
  std::string default_interval{};  // "epoch" or "step"
  bool epoch_only = false;         // refuses `interval: step`
  std::string warmup{};            // its own parameter for a warm-up; empty: it takes `warmup`
  std::vector<Parameter> parameters{};
  /// Parameters of the original that are not taken, each with the reason.
  std::vector<std::pair<std::string, std::string>> refused{};

  /// The schedule of the catalog that it means: type and parameters. The alias' own parameters are
  /// complete and as Coerce returns them. Throws std::invalid_argument, beginning with the
  /// parameter's name, where they contradict each other.
  Map (*translate)(const Map& parameters, const AliasPlace& place) = nullptr;

  /// "transformers".
  std::string library() const { return name.substr(0, name.find('.')); }
};

/// All of them, by library, in the order of the documentation.
const std::vector<Alias>& Aliases();

/// The alias of that name, or nullptr.
const Alias* FindAlias(const std::string& name);

/// The parameters that an entry of the alias has besides `type` and its own.
std::vector<Parameter> CommonParameters(const Alias& alias);

/// Whether the scheduler's section, or a nested scheduler in it, has an alias as its type.
bool HasAlias(const Map& scheduler);

/// The section with every alias in it translated, complete with all defaults. Throws
/// std::invalid_argument as Alias::translate does, for a nested scheduler with its place in front.
Map Translated(const Map& scheduler);

/// The sentence about a name that is neither a type nor an alias: what a word such as "cosine" may
/// mean, why a name of another library's is not taken, or the nearest name.
std::string UnknownScheduler(const std::string& name);

}  // namespace lrsweep
