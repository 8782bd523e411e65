#include "sweep/config/objective_section.h"

#include <stdexcept>
#include <string>

#include "sweep/config/section_reader.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

/// The metric of a sweep that names none.
std::string DefaultMetric(const ConfigNode& root, const MetricTable& metrics) {
  if (root.Get("trial") == nullptr) return Objective{}.metric;
  if (metrics.size() == 1) return metrics.front().name;
  const ConfigNode* node = root.Get("objective");
  throw ConfigError(node != nullptr ? node->at : root.at,
                    "objective.metric is required: trial.metrics declares " + NamesOf(metrics) +
                        ", and one of them has to rank the trials");
}

/// The objective's metric, in its canonical form.
std::string ReadMetric(const ConfigNode& root, const MetricTable& metrics) {
  const ConfigNode* objective = root.Get("objective");
  const ConfigNode* node = objective != nullptr ? objective->Get("metric") : nullptr;
  if (node == nullptr) return DefaultMetric(root, metrics);
  const auto* scalar = node->AsScalar();
  if (scalar == nullptr) return metrics.front().name;  // ReadSection refuses what is no text
  const std::string& text = scalar->text;
  // Inside braces YAML ends an unquoted value at its first comma.
  if (text.find('(') != std::string::npos && text.find(')') == std::string::npos) {
    throw ConfigError(node->at, "objective.metric: inside braces a metric with a comma needs " +
                                    std::string("quotes: \"epochs_to(val_accuracy, 0.975)\""));
  }
  try {
    return ToText(ParseMetric(text, metrics));
  } catch (const std::invalid_argument& error) {
    throw ConfigError(node->at, std::string("objective.metric: ") + error.what());
  }
}

}  // namespace

Objective ReadObjective(const ConfigNode& root, const MetricTable& metrics) {
  const ConfigNode* node = root.Get("objective");
  const std::string metric = ReadMetric(root, metrics);
  const SectionContent content = ReadSection(
      node, "objective", "objective",
      {{.name = "metric", .kind = Kind::kText, .default_value = metric},
       {.name = "mode", .kind = Kind::kChoice, .default_value = Value(), .choices = {"max", "min"}},
       {.name = "scope", .kind = Kind::kChoice, .default_value = "last", .choices = Scopes()}});
  RefuseAxes(content, "it is not a parameter of a trial");
  const auto text = [&content](const char* key) {
    return content.values.find(key)->second.As<std::string>();
  };
  const std::string* mode = text("mode");
  Objective objective = {metric, mode != nullptr ? *mode : NaturalMode(metric, metrics),
                         *text("scope")};
  try {
    Check(objective, metrics);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(node->Get("scope")->at, std::string("objective.scope: ") + error.what());
  }
  return objective;
}

}  // namespace lrsweep
