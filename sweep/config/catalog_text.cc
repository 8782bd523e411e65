#include "sweep/config/catalog_text.h"

#include <fmt/format.h>

#include <utility>

#include "schedulers/catalog.h"
#include "sweep/config/sweep_config.h"
#include "sweep/config/trial_id.h"

namespace lrsweep {
namespace {

/// Returns the default value as YAML has it.
std::string DefaultText(const Parameter& parameter) {
  if (!parameter.default_value) return "required";
  const auto* text = parameter.default_value->As<std::string>();
  return text != nullptr ? *text : ToJson(*parameter.default_value);
}

std::string Signature(const std::vector<Parameter>& parameters) {
  std::string text;
  for (const Parameter& parameter : parameters) {
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

std::string ListedText(const std::string& name, const std::string& interval,
                       const std::string& summary, const std::vector<Parameter>& parameters) {
  std::string text = fmt::format("{} (per {})\n{}", name, interval, Indented(summary));
  return parameters.empty() ? text : text + Indented(Signature(parameters));
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

/// The table of parameters, an example, the source.
std::string Rest(const std::vector<Parameter>& own, const std::vector<Parameter>& common,
                 const std::string& example, const std::string& source) {
  return fmt::format(
      "\nparameters            default\n{}{}\nexample\n  scheduler:\n    - {}\n\nsource\n{}",
      ParameterLines(own, ""), ParameterLines(common, ""), example, Indented(source));
}

List ParameterMaps(const std::vector<Parameter>& own, const std::vector<Parameter>& common) {
  List list;
  for (const auto* table : {&own, &common}) {
    for (const Parameter& parameter : *table) {
      Map map = {
          {"name", parameter.name}, {"expected", Describe(parameter)}, {"help", parameter.help}};
      if (parameter.default_value) map.emplace("default", *parameter.default_value);
      list.emplace_back(std::move(map));
    }
  }
  return list;
}

/// A value as YAML writes it on one line; the type of a scheduler comes first.
std::string FlowText(const Value& value) {
  if (const Map* map = value.As<Map>()) {
    std::string text;
    const auto add = [&text](const std::string& name, const Value& member) {
      text += (text.empty() ? "" : ", ") + name + ": " + FlowText(member);
    };
    if (const Value* type = Find(*map, "type")) add("type", *type);
    for (const auto& [name, member] : *map) {
      if (name != "type") add(name, member);
    }
    return "{" + text + "}";
  }
  if (const List* list = value.As<List>()) {
    std::string text;
    for (const Value& element : *list) text += (text.empty() ? "" : ", ") + FlowText(element);
    return "[" + text + "]";
  }
  const auto* text = value.As<std::string>();
  const bool is_plain = text != nullptr && text->find(' ') == std::string::npos;
  return is_plain ? *text : ToJson(value);
}

/// What the alias' example is translated to, without defaults.
Map MeaningOfExample(const Alias& alias) {
  const SweepConfig config = ParseSweepConfig(
      "name: example\ntraining: {epochs: 1}\noptimizer: {lr: 0.1}\nscheduler: " + alias.example,
      "the example of " + alias.name);
  const Entry& entry = config.schedulers.front();
  return CanonicalSection(Model::kBuiltIn, "scheduler", TrialScheduler(entry, entry.section));
}

}  // namespace

std::string ListedText(const SchedulerType& type) {
  return ListedText(type.name, type.default_interval, type.summary, type.parameters);
}

std::string ListedText(const Alias& alias) {
  return ListedText(alias.name, alias.default_interval, alias.summary, alias.parameters);
}

std::string ExplainedText(const SchedulerType& type) {
  return fmt::format(
             "{}: {}\n\nformula (t: ticks from 0; a tick is an epoch or an optimizer step, by "
             "interval)\n{}",
             type.name, type.summary, Indented(type.formula)) +
         Rest(type.parameters, CommonParameters(type), type.example, type.source);
}

std::string ExplainedText(const Alias& alias) {
  std::string text = fmt::format("{}: {}\n\n", alias.name, alias.summary);
  if (!alias.notes.empty()) text += fmt::format("notes\n{}\n", Indented(alias.notes));
  return text + "translated: what is trained, and stored, of the example below is\n" +
         Indented(FlowText(MeaningOfExample(alias))) +
         Rest(alias.parameters, CommonParameters(alias), alias.example, alias.source);
}

Map CatalogMap(const SchedulerType& type) {
  return {{"name", type.name},
          {"summary", type.summary},
          {"formula", type.formula},
          {"source", type.source},
          {"interval", type.default_interval},
          {"example", type.example},
          {"parameters", ParameterMaps(type.parameters, CommonParameters(type))}};
}

Map CatalogMap(const Alias& alias) {
  return {{"name", alias.name},
          {"summary", alias.summary},
          {"notes", alias.notes},
          {"source", alias.source},
          {"interval", alias.default_interval},
          {"example", alias.example},
          {"means", FlowText(MeaningOfExample(alias))},
          {"parameters", ParameterMaps(alias.parameters, CommonParameters(alias))}};
}

}  // namespace lrsweep
