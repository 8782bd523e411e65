#include "sweep/config/program_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "params/names.h"
#include "trial/command_template.h"
#include "trial/metric_expression.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

/// A trial of the space: each axis has its first value, but for at most one.
struct Point {
  const Entry& scheduler;
  const Entry& optimizer;
  std::string where;                    // the axis with another value: "params.model is 3"
  Map params;                           // the trial's
  std::vector<std::string> overridden;  // paths
};

/// Whether a value of the axis can decide which parameters the trial has.
bool ShapesTrials(const Axis& axis) {
  return axis.path.starts_with("scheduler.") ||
         std::any_of(axis.values.begin(), axis.values.end(), [](const Value& value) {
           return value.As<Map>() != nullptr || value.As<List>() != nullptr;
         });
}

/// Makes the trial of `written` parameters, which nothing overrides yet.
Point PointAt(const Entry& scheduler, const Entry& optimizer, Map written, std::string where) {
  Point point{scheduler, optimizer, std::move(where), std::move(written), {}};
  Map& section = std::get<Map>(point.params.at("scheduler"));
  section = TrialScheduler(scheduler, section);
  point.overridden = OverriddenBy(scheduler, section);
  const bool has_momentum = Find(point.params, "optimizer.momentum") != nullptr;
  const bool has_betas = Find(point.params, "optimizer.betas.0") != nullptr;
  for (const std::string& path : std::vector(point.overridden)) {
    OverrideOptimizer(point.params, path);
    if (path == "optimizer.momentum" && has_betas && !has_momentum) {
      point.overridden.emplace_back("optimizer.betas");
    }
  }
  return point;
}

void ForEachPoint(const SweepConfig& config, const std::function<void(const Point&)>& visit) {
  for (const Entry& scheduler : config.schedulers) {
    for (const Entry& optimizer : config.optimizers) {
      Map first = config.fixed;
      first.insert_or_assign("scheduler", scheduler.section);
      first.insert_or_assign("optimizer", optimizer.section);
      visit(PointAt(scheduler, optimizer, first, ""));
      for (const auto* axes : {&scheduler.axes, &config.axes, &optimizer.axes}) {
        for (const Axis& axis : *axes) {
          if (!ShapesTrials(axis)) continue;
          for (size_t i = 1; i < axis.values.size(); ++i) {
            Map other = first;
            SetAt(other, axis.path, axis.values[i]);
            visit(PointAt(scheduler, optimizer, std::move(other),
                          axis.path + " is " + ToJson(axis.values[i])));
          }
        }
      }
    }
  }
}

// What counts optimizer steps.

Location PlaceIn(const Entry& entry, const std::string& path) {
  const auto found = entry.places.find(path);
  return found != entry.places.end() ? found->second : entry.at;
}

void RefuseSteps(const Point& point) {
  const Entry& entry = point.scheduler;
  if (*Find(point.params, "scheduler.interval") == Value("step")) {
    throw ConfigError(
        PlaceIn(entry, "scheduler.interval"),
        fmt::format("scheduler: {} counts the program's optimizer steps: write "
                    "trial.steps_per_epoch, how many an epoch has, or interval: epoch",
                    entry.type));
  }
  if (!Find(point.params, "scheduler.warmup")->IsNull()) {
    throw ConfigError(PlaceIn(entry, "scheduler.warmup"),
                      "scheduler.warmup: it counts the program's optimizer steps: write "
                      "trial.steps_per_epoch, how many an epoch has");
  }
}

void CheckSteps(const ConfigNode& root, const SweepConfig& config) {
  if (config.program->steps_per_epoch > 0) return;
  ForEachPoint(config, RefuseSteps);
  const Metric metric = ParseMetric(config.objective.metric, config.metrics);
  if (metric.derivation != Derivation::kStepsTo) return;
  throw ConfigError(root.Get("objective")->Get("metric")->at,
                    "objective.metric: steps_to counts the program's optimizer steps: write "
                    "trial.steps_per_epoch, how many an epoch has");
}

// What the command's placeholders name.

bool IsSpecial(const std::string& name) {
  const auto& special = SpecialPlaceholders();
  return std::find(special.begin(), special.end(), name) != special.end();
}

bool AreArguments(const std::string& name) { return name == "args" || name == "args_no_hyphens"; }

/// The place of a character of an argument, or of the argument where it is not written as it is.
Location PlaceInCommand(const ConfigNode& root, size_t argument, size_t character) {
  const ConfigNode& node = (*root.Get("trial")->Get("command")->AsSequence())[argument];
  Location place = node.at;
  if (place.text_column > 0) place.column = place.text_column + static_cast<int>(character);
  return place;
}

/// What is known about a placeholder's name, from all points.
struct Named {
  bool somewhere = false;             // a point has it
  std::optional<std::string> reason;  // why it cannot be used
};

std::string OverriddenText(const std::string& name, const std::string& path, const Entry& entry) {
  if (path.starts_with("scheduler.")) {
    return fmt::format("{{{}}} has no effect under {}, so that a trial lacks it", name, entry.type);
  }
  const char* what = path == "optimizer.lr" ? "learning rate" : "momentum";
  return fmt::format(
      "{{{}}}: {} sets the {} of each step: the program reads it from the schedule's "
      "table ({{schedule_file}}, $LRSWEEP_SCHEDULE)",
      name, entry.type, what);
}

std::string MissingText(const std::string& name, const Point& point) {
  if (!point.where.empty())
    return fmt::format("{{{}}}: no trial has it where {}", name, point.where);
  const bool of_optimizer = name.starts_with("optimizer");
  const Entry& entry = of_optimizer ? point.optimizer : point.scheduler;
  const std::string line = entry.at.line > 0 ? fmt::format(" in line {}", entry.at.line) : "";
  return fmt::format("{{{}}}: the {}{}{} has no such parameter", name,
                     of_optimizer ? "optimizer" : "scheduler",
                     entry.type.empty() ? "" : " " + entry.type, line);
}

void Learn(const std::string& name, const Point& point, Named& named) {
  for (const std::string& path : point.overridden) {
    if (name != path && !name.starts_with(path + ".")) continue;
    named.somewhere = true;
    if (!named.reason) named.reason = OverriddenText(name, path, point.scheduler);
    return;
  }
  if (Find(point.params, name) != nullptr) {
    named.somewhere = true;
  } else if (!named.reason) {
    named.reason = MissingText(name, point);
  }
}

/// The paths of all parameters of all trials.
std::set<std::string> ParameterPaths(const SweepConfig& config) {
  std::set<std::string> paths;
  ForEachPoint(config, [&paths](const Point& point) {
    ForEachLeaf(point.params, [&paths](const std::string& path, const Value&) {
      if (path != "trial.command") paths.insert(path);
    });
  });
  return paths;
}

/// The sentence about a name that no trial has.
std::string UnknownText(const std::string& name, const SweepConfig& config) {
  const std::set<std::string> paths = ParameterPaths(config);
  for (const std::string& path : paths) {
    if (ArgumentName(path) != name) continue;
    return fmt::format("unknown placeholder \"{}\"; did you mean \"{}\"?", name, path);
  }
  std::vector<std::string> known(paths.begin(), paths.end());
  known.insert(known.end(), SpecialPlaceholders().begin(), SpecialPlaceholders().end());
  return UnknownName("placeholder", name, known);
}

/// The sentence about "${HOME}".
std::string ShellText(const std::string& name) {
  return fmt::format(
      "${{{0}}}: no shell reads the command, and {{{0}}} is no parameter: write the value, or, for "
      "a "
      "shell as in [sh, -c, \"...\"], ${{{{{0}}}}}",
      name);
}

void CheckNames(const ConfigNode& root, const SweepConfig& config,
                const std::vector<Placeholder>& placeholders) {
  std::map<std::string, Named> names;
  for (const Placeholder& one : placeholders) {
    if (!IsSpecial(one.name)) names.emplace(one.name, Named{});
  }
  if (names.empty()) return;
  ForEachPoint(config, [&names](const Point& point) {
    for (auto& [name, named] : names) Learn(name, point, named);
  });
  const auto& command = config.program->command;
  for (const Placeholder& one : placeholders) {
    const auto found = names.find(one.name);
    if (found == names.end() || (found->second.somewhere && !found->second.reason)) continue;
    const bool is_shells = !found->second.somewhere && one.character > 0 &&
                           command[one.argument][one.character - 1] == '$';
    throw ConfigError(PlaceInCommand(root, one.argument, one.character),
                      "trial.command: " + (found->second.somewhere ? *found->second.reason
                                           : is_shells             ? ShellText(one.name)
                                                       : UnknownText(one.name, config)));
  }
}

/// Two swept parameters to which {args} would give the same name, if there are such.
std::optional<std::pair<std::string, std::string>> SameName(const std::vector<std::string>& swept) {
  std::map<std::string, std::string> path_of;
  for (const std::string& path : swept) {
    const auto [first, is_new] = path_of.emplace(ArgumentName(path), path);
    if (!is_new) return std::pair(first->second, path);
  }
  return std::nullopt;
}

void CheckArguments(const ConfigNode& root, const ProgramSpec& program, const Placeholder& one) {
  const auto refuse = [&](const std::string& why) {
    throw ConfigError(PlaceInCommand(root, one.argument, one.character),
                      fmt::format("trial.command: {{{}}} {}", one.name, why));
  };
  if (program.command[one.argument] != "{" + one.name + "}") {
    refuse("stands for several arguments: it must be an argument by itself");
  }
  const auto same = SameName(program.swept);
  if (!same) return;
  refuse(fmt::format("would give {} and {} the same name, {}: write them out, as in \"{{{}}}\"",
                     same->first, same->second, ArgumentName(same->first), same->first));
}

/// The name that begins behind a brace and spaces, if it was meant for a placeholder but is
/// followed by something else than the other brace: "{ dir }", "{params.width:3}".
std::optional<std::string> MistakenName(std::string_view text, size_t brace) {
  const bool is_doubled = (brace > 0 && text[brace - 1] == '{') || text.substr(brace + 1, 1) == "{";
  const size_t first = text.find_first_not_of(' ', brace + 1);
  if (is_doubled || first == std::string_view::npos) return std::nullopt;
  const std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  const size_t end = std::min(text.find_first_not_of(letters, first), text.size());
  std::string name(text.substr(first, end - first));
  const size_t next = std::min(text.find_first_not_of(' ', end), text.size());
  const bool is_closed = next < text.size() && text[next] == '}';
  if (first == brace + 1 && next == end && is_closed) return std::nullopt;
  if (IsSpecial(name)) return is_closed || next == text.size() ? std::optional(name) : std::nullopt;
  for (const char* section : {"params.", "training.", "optimizer.", "scheduler.", "trial."}) {
    if (name.starts_with(section)) return name;
  }
  return std::nullopt;
}

/// Throws where a parameter's name is between the braces, but cannot be a placeholder's: "{params.a
/// b}".
void RefuseOddName(const ConfigNode& root, const SweepConfig& config, size_t argument,
                   size_t brace) {
  const std::string& text = config.program->command[argument];
  const size_t end = text.find('}', brace);
  if (end == std::string::npos) return;
  const std::string name = text.substr(brace + 1, end - brace - 1);
  if (!ParameterPaths(config).contains(name)) return;
  throw ConfigError(PlaceInCommand(root, argument, brace),
                    fmt::format("trial.command: {{{}}}: only letters, digits, '_', '-' and '.' can "
                                "stand in a placeholder: rename the parameter, or let the program "
                                "read it from {{json}} or {{params_file}}",
                                name));
}

void CheckForm(const ConfigNode& root, const SweepConfig& config) {
  const std::vector<std::string>& command = config.program->command;
  for (size_t argument = 0; argument < command.size(); ++argument) {
    const std::string& text = command[argument];
    for (size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
      const auto name = MistakenName(text, at);
      if (!name) continue;
      RefuseOddName(root, config, argument, at);
      throw ConfigError(
          PlaceInCommand(root, argument, at),
          fmt::format("trial.command: expected {{{}}}: a placeholder is a name between "
                      "two braces, without spaces or a format",
                      *name));
    }
  }
}

/// The paths of all axes: the program's own, the training's, those of optimizers and schedulers. In
/// an order of their own, since a trial's arguments must not depend on the order of the file, as
/// its id does not.
std::vector<std::string> SweptPaths(const SweepConfig& config) {
  std::vector<std::string> paths;
  const auto add = [&paths](const std::vector<Axis>& axes) {
    for (const Axis& axis : axes) {
      if (std::find(paths.begin(), paths.end(), axis.path) == paths.end())
        paths.push_back(axis.path);
    }
  };
  add(config.axes);
  for (const Entry& entry : config.optimizers) add(entry.axes);
  for (const Entry& entry : config.schedulers) add(entry.axes);
  const auto section = [](const std::string& path) {
    const std::string_view first_letters = "ptos";  // params, training, optimizer, scheduler
    return first_letters.find(path.front());
  };
  std::sort(paths.begin(), paths.end(), [&section](const auto& a, const auto& b) {
    return std::pair(section(a), a) < std::pair(section(b), b);
  });
  return paths;
}

/// Whether the command has {args} or {args_no_hyphens}.
bool HasArguments(const std::vector<std::string>& command) {
  const std::vector<Placeholder> placeholders = PlaceholdersOf(command);
  return std::any_of(placeholders.begin(), placeholders.end(), [](const Placeholder& one) {
    return one.name == "args" || one.name == "args_no_hyphens";
  });
}

/// Whether some trials have the parameter.
bool HasParameter(const SweepConfig& config, const std::string& path) {
  if (Find(config.fixed, path) != nullptr) return true;
  const auto& entries = path.starts_with("scheduler.") ? config.schedulers : config.optimizers;
  return std::any_of(entries.begin(), entries.end(), [&path](const Entry& entry) {
    return Find(entry.section, ArgumentName(path)) != nullptr;
  });
}

}  // namespace

void CheckProgram(const ConfigNode& root, SweepConfig& config) {
  config.program->swept = SweptPaths(config);
  CheckSteps(root, config);
  const std::vector<Placeholder> placeholders = PlaceholdersOf(config.program->command);
  CheckForm(root, config);
  CheckNames(root, config, placeholders);
  for (const Placeholder& one : placeholders) {
    if (AreArguments(one.name)) CheckArguments(root, *config.program, one);
  }
}

std::optional<std::string> ChangedArgument(const SweepConfig& before, const SweepConfig& now) {
  if (!before.program || !now.program || before.program->command != now.program->command ||
      !HasArguments(now.program->command)) {
    return std::nullopt;
  }
  std::vector<std::string> old_paths = before.program->swept;
  std::vector<std::string> paths = now.program->swept;
  std::sort(old_paths.begin(), old_paths.end());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> changed;
  std::set_symmetric_difference(old_paths.begin(), old_paths.end(), paths.begin(), paths.end(),
                                std::back_inserter(changed));
  for (const std::string& path : changed) {
    if (HasParameter(before, path) && HasParameter(now, path)) return path;
  }
  return std::nullopt;
}

}  // namespace lrsweep
