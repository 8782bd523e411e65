// `lrsweep schedules`: what the catalog of schedulers knows.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "params/errors.h"
#include "params/names.h"
#include "schedulers/catalog.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"

namespace lrsweep {
namespace {

const SchedulerType& Find(const std::string& name) {
  if (const SchedulerType* type = FindSchedulerType(name)) return *type;
  std::vector<std::string> known;
  for (const SchedulerType& type : SchedulerTypes()) known.push_back(type.name);
  throw UsageError(UnknownName("scheduler", name, known));
}

/// As it is written in YAML.
std::string DefaultText(const Parameter& parameter) {
  if (!parameter.default_value) return "required";
  const auto* text = parameter.default_value->As<std::string>();
  return text != nullptr ? *text : ToJson(*parameter.default_value);
}

std::string Signature(const SchedulerType& type) {
  std::string text;
  for (const Parameter& parameter : type.parameters) {
    text += (text.empty() ? "" : ", ") + parameter.name;
    if (parameter.default_value) text += "=" + DefaultText(parameter);
  }
  return text;
}

/// Each line of `text` behind two spaces.
std::string Indented(const std::string& text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + "\n";
}

std::string ParameterLines(const std::vector<Parameter>& parameters, const std::string& prefix) {
  std::string text;
  for (const Parameter& parameter : parameters) {
    text += fmt::format("  {:<20} {:<18} {}\n", prefix + parameter.name, DefaultText(parameter),
                        parameter.help);
    text += fmt::format("  {:<20} {:<18} {}\n", "", "", Describe(parameter));
    text += ParameterLines(parameter.members, prefix + parameter.name + ".");
  }
  return text;
}

Map ToMap(const SchedulerType& type) {
  List parameters;
  const auto append = [&parameters](const Parameter& parameter) {
    Map map = {
        {"name", parameter.name}, {"expected", Describe(parameter)}, {"help", parameter.help}};
    if (parameter.default_value) map.emplace("default", *parameter.default_value);
    parameters.emplace_back(std::move(map));
  };
  std::for_each(type.parameters.begin(), type.parameters.end(), append);
  const auto common = CommonParameters(type);
  std::for_each(common.begin(), common.end(), append);
  return {{"name", type.name},
          {"summary", type.summary},
          {"formula", type.formula},
          {"source", type.source},
          {"interval", type.default_interval},
          {"example", type.example},
          {"parameters", std::move(parameters)}};
}

/// Every type with its parameters, their defaults, and one line of what it does.
std::string SchedulesText() {
  std::string text;
  for (const SchedulerType& type : SchedulerTypes()) {
    text += fmt::format("{} (per {})\n{}{}", type.name, type.default_interval,
                        Indented(type.summary), Indented(Signature(type)));
  }
  return text +
         "\nEvery type also has interval (epoch or step) and warmup ({steps, start_factor, shape, "
         "power}).\n"
         "`lrsweep schedules NAME` explains one.\n";
}

/// One type: its formula, its parameters with units and ranges, an example in YAML. Throws
/// UsageError for an unknown name, with the nearest known one.
std::string ScheduleText(const std::string& name) {
  const SchedulerType& type = Find(name);
  return fmt::format(
      "{}: {}\n\nformula (t: ticks from 0; a tick is an epoch or an optimizer step, by "
      "interval)\n{}"
      "\nparameters            default\n{}{}\nexample\n  scheduler:\n    - {}\n\nsource\n{}",
      type.name, type.summary, Indented(type.formula), ParameterLines(type.parameters, ""),
      ParameterLines(CommonParameters(type), ""), type.example, Indented(type.source));
}

/// The same as JSON: [{"name", "summary", "formula", "source", "interval", "example",
/// "parameters": [{"name", "expected", "default", "help"}]}]; of one type if `name` is not empty. A
/// parameter that must be written has no "default".
std::string SchedulesJson(const std::string& name) {
  List list;
  if (!name.empty()) {
    list.emplace_back(ToMap(Find(name)));
  } else {
    for (const SchedulerType& type : SchedulerTypes()) list.emplace_back(ToMap(type));
  }
  return ToJson(list) + "\n";
}

struct SchedulesArguments {
  std::string name;  // empty: all
  bool json = false;
};

int Schedules(const SchedulesArguments& arguments) {
  if (arguments.json) return PrintResult(SchedulesJson(arguments.name));
  return PrintResult(arguments.name.empty() ? SchedulesText() : ScheduleText(arguments.name));
}

}  // namespace

Subcommand SchedulesCommand() {
  const auto arguments = std::make_shared<SchedulesArguments>();
  return {.name = "schedules",
          .help = "List the scheduler types, or explain one",
          .options = {{.name = "NAME",
                       .target = &arguments->name,
                       .help = "a type, such as OneCycleLR; without it, all are listed"},
                      JsonOption(arguments->json)},
          .run = [arguments](const CommandContext&) { return Schedules(*arguments); }};
}

}  // namespace lrsweep
