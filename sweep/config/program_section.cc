#include "sweep/config/program_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "params/find_by_name.h"
#include "params/parameter.h"
#include "sweep/config/duration.h"
#include "sweep/config/section_reader.h"

namespace lrsweep {
namespace {

constexpr size_t kLongestMetricName = 100;
constexpr const char* kCommandExample = "[python, train.py, --width, \"{params.width}\"]";

/// The parameters of one value, in the order of the documentation.
const std::vector<Parameter>& Rows() {
  static const std::vector<Parameter> kRows = {
      {.name = "steps_per_epoch", .kind = Kind::kInteger, .range = {.minimum = 1, .maximum = 1e9}},
      {.name = "version", .kind = Kind::kText},
      {.name = "gpus", .kind = Kind::kReal, .range = {.minimum = 0, .maximum = 1024}},
      {.name = "timeout", .kind = Kind::kText},
      {.name = "grace", .kind = Kind::kReal, .range = {.minimum = 0, .maximum = 1e6}},
      {.name = "keep", .kind = Kind::kBoolean},
      {.name = "resumable", .kind = Kind::kChoice, .choices = {"exact"}}};
  return kRows;
}

std::vector<std::string> Names() {
  std::vector<std::string> names = {"command", "metrics"};
  for (const Parameter& row : Rows()) names.push_back(row.name);
  return names;
}

/// An unquoted {params.width} in a list is YAML's mapping of that name to nothing.
bool IsUnquotedPlaceholder(const ConfigNode& node) {
  const auto* mapping = node.AsMapping();
  const auto* value =
      mapping != nullptr && mapping->size() == 1 ? mapping->front().value.AsScalar() : nullptr;
  return value != nullptr && value->text.empty() && !value->quoted;
}

std::string ReadArgument(const ConfigNode& node) {
  if (IsUnquotedPlaceholder(node)) {
    throw ConfigError(node.at, fmt::format("trial.command: a placeholder needs quotes: \"{{{}}}\"",
                                           node.AsMapping()->front().key));
  }
  const auto* scalar = node.AsScalar();
  if (scalar == nullptr) {
    throw ConfigError(node.at, fmt::format("trial.command: expected a list of texts and numbers, "
                                           "such as {}: write what is swept under params",
                                           kCommandExample));
  }
  if (!scalar->quoted && ToValue(node).IsNull()) {
    throw ConfigError(node.at,
                      "trial.command: an argument is missing; an empty one is written \"\"");
  }
  if (scalar->text.find('\0') != std::string::npos) {
    throw ConfigError(node.at, "trial.command: an argument cannot hold a NUL character");
  }
  return scalar->text;
}

/// "[python, train.py]" for "python train.py".
std::string AsList(const std::string& text) {
  std::string list;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) list += (list.empty() ? "" : ", ") + text.substr(at, end - at);
    at = end + 1;
  }
  return "[" + list + "]";
}

std::vector<std::string> ReadCommand(const ConfigNode& node) {
  if (const auto* scalar = node.AsScalar(); scalar != nullptr && !scalar->text.empty()) {
    throw ConfigError(node.at,
                      "trial.command: no shell splits it into its arguments: write a list: " +
                          AsList(scalar->text));
  }
  const auto* list = node.AsSequence();
  if (list == nullptr || list->empty()) {
    throw ConfigError(node.at, fmt::format("trial.command: expected a list of the program and its "
                                           "arguments, such as {}",
                                           kCommandExample));
  }
  std::vector<std::string> command;
  for (const ConfigNode& argument : *list) command.push_back(ReadArgument(argument));
  if (command.front().empty()) {
    throw ConfigError(list->front().at, "trial.command: the program's name is empty");
  }
  return command;
}

void CheckMetricName(const ConfigNode::Entry& entry) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./-").find(c) != std::string_view::npos;
  };
  const std::string& name = entry.key;
  if (name.empty() || name.size() > kLongestMetricName ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    throw ConfigError(entry.key_at,
                      fmt::format("trial.metrics: \"{}\" is no name of a metric: "
                                  "expected letters, digits, '_', '.', '/' and '-', "
                                  "at most {}",
                                  name.substr(0, 2 * kLongestMetricName), kLongestMetricName));
  }
  for (const char* reserved : {"epoch", "steps", "lr", "momentum", "losses", "checkpoint"}) {
    if (name != reserved) continue;
    throw ConfigError(entry.key_at, fmt::format("trial.metrics: {} has a meaning of its own in a "
                                                "report: give the metric another name",
                                                name));
  }
}

MetricInfo ReadMetric(const ConfigNode::Entry& entry) {
  CheckMetricName(entry);
  const auto* scalar = entry.value.AsScalar();
  const std::string mode = scalar != nullptr ? scalar->text : "";
  if (mode != "max" && mode != "min") {
    throw ConfigError(
        entry.value.at,
        fmt::format("trial.metrics.{}: expected max (more is better) or min", entry.key));
  }
  const MetricInfo* built_in = FindMetric(BuiltInMetrics(), entry.key);
  const Better better = mode == "max" ? Better::kMore : Better::kLess;
  if (built_in != nullptr && built_in->better != better) {
    const bool is_max = mode == "max";
    throw ConfigError(
        entry.value.at,
        fmt::format("trial.metrics.{}: {} of {} is better: write {}, or give the "
                    "metric another name",
                    entry.key, is_max ? "less" : "more", entry.key, is_max ? "min" : "max"));
  }
  return {.name = entry.key, .better = better, .marks_divergence = true};
}

MetricTable ReadMetrics(const ConfigNode& node) {
  const auto* mapping = node.AsMapping();
  if (mapping == nullptr || mapping->empty()) {
    throw ConfigError(node.at,
                      "trial.metrics: expected what the program reports, and which way is better, "
                      "such as {val_accuracy: max, val_loss: min}" +
                          KeyHint(node));
  }
  MetricTable metrics;
  for (const auto& entry : *mapping) metrics.push_back(ReadMetric(entry));
  return metrics;
}

double ReadGpus(const ConfigNode& node, double gpus) {
  if (gpus > 1 && gpus != std::floor(gpus)) {
    throw ConfigError(node.at,
                      "trial.gpus: expected a whole number, or a share of one GPU below 1");
  }
  return gpus;
}

double ReadTimeout(const ConfigNode& node, const std::string& text) {
  const auto seconds = ParseDuration(text);
  if (!seconds || *seconds <= 0) {
    throw ConfigError(node.at, std::string("trial.timeout: expected a time above 0 as ") +
                                   kDurationForms + ", not \"" + text.substr(0, 100) + "\"");
  }
  return *seconds;
}

/// Takes over a parameter of one value.
void Take(const Parameter& row, const ConfigNode& node, ProgramSection& section) {
  SectionContent around;
  Value value = ReadParameter(row, node, "trial." + row.name, around);
  RefuseAxes(around, "write what is swept under params");
  ProgramSpec& spec = section.spec;
  if (row.name == "steps_per_epoch") spec.steps_per_epoch = std::get<int64_t>(value);
  if (row.name == "gpus") spec.gpus = ReadGpus(node, std::get<double>(value));
  if (row.name == "timeout") spec.timeout_seconds = ReadTimeout(node, std::get<std::string>(value));
  if (row.name == "grace") spec.grace_seconds = std::get<double>(value);
  if (row.name == "keep") spec.keep_checkpoints = std::get<bool>(value);
  if (row.name == "resumable") spec.resumes_exactly = true;
  if (row.name == "version" || row.name == "steps_per_epoch") {
    section.identity.emplace(row.name, std::move(value));
  }
}

}  // namespace

ProgramSection ReadProgramSection(const ConfigNode& node) {
  const auto* mapping = node.AsMapping();
  if (mapping == nullptr) {
    throw ConfigError(node.at, fmt::format("trial: expected a mapping such as {{command: {}, "
                                           "metrics: {{val_loss: min}}}}{}",
                                           kCommandExample, KeyHint(node)));
  }
  ProgramSection section;
  for (const auto& entry : *mapping) {
    const Parameter* row = FindByName(Rows(), entry.key);
    if (entry.key == "command") {
      section.spec.command = ReadCommand(entry.value);
    } else if (entry.key == "metrics") {
      section.metrics = ReadMetrics(entry.value);
    } else if (row != nullptr) {
      Take(*row, entry.value, section);
    } else {
      throw ConfigError(entry.key_at, "trial." + entry.key + ": " +
                                          UnknownKey("trial parameter", entry.key, Names()));
    }
  }
  if (section.spec.command.empty()) {
    throw ConfigError(node.at, fmt::format("trial.command is required: the program and its "
                                           "arguments, such as {}",
                                           kCommandExample));
  }
  if (section.metrics.empty()) {
    throw ConfigError(node.at,
                      "trial.metrics is required: what the program reports, and which way is "
                      "better, such as {val_accuracy: max}");
  }
  const auto& command = section.spec.command;
  section.identity.emplace("command", List(command.begin(), command.end()));
  for (const MetricInfo& metric : section.metrics) section.spec.metrics.push_back(metric.name);
  return section;
}

}  // namespace lrsweep
