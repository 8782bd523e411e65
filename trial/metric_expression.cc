#include "trial/metric_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace lrsweep {
namespace {

struct Form {
  const char* name;
  Derivation derivation;
  bool has_threshold;
  const char* unit;
};
constexpr std::array<Form, 5> kForms = {{
    {"epochs_to", Derivation::kEpochsTo, true, "epochs"},
    {"steps_to", Derivation::kStepsTo, true, "steps"},
    {"seconds_to", Derivation::kSecondsTo, true, "s"},
    {"area_under", Derivation::kAreaUnder, false, ""},
    {"final_minus_best", Derivation::kFinalMinusBest, false, ""},
}};

const Form* FormOf(Derivation derivation) {
  const auto found = std::find_if(kForms.begin(), kForms.end(), [derivation](const Form& form) {
    return form.derivation == derivation;
  });
  return found == kForms.end() ? nullptr : found;
}

std::string Pattern(const Form& form) {
  return std::string(form.name) + (form.has_threshold ? "(METRIC, THRESHOLD)" : "(METRIC)");
}

/// Why a table may lack a built-in metric.
std::string WhyLacking(const std::string& name) {
  const MetricInfo* built_in = FindMetric(BuiltInMetrics(), name);
  if (built_in == nullptr || !built_in->needs_validation) return "";
  return fmt::format(
      " ({} is recorded by lrsweep 0.2.0 and later, where dataset.validation holds back images; "
      "without it val_* is of the test images)",
      name);
}

[[noreturn]] void RefuseUnknown(const std::string& text, const MetricTable& table) {
  std::string known = NamesOf(table);
  for (const Form& form : kForms) known += ", " + Pattern(form);
  throw std::invalid_argument(
      fmt::format("unknown metric '{}': it is one of {}{}", text, known, WhyLacking(text)));
}

std::string Trimmed(const std::string& text) {
  const char* space = " \t\r\n";
  const size_t begin = text.find_first_not_of(space);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

double ParseThreshold(const std::string& text, const MetricInfo& recorded, const Form& form) {
  double threshold = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, threshold);
  if (error != std::errc() || rest != end || !std::isfinite(threshold)) {
    throw std::invalid_argument(
        fmt::format("{}: the threshold '{}' is not a number such as 0.975", form.name, text));
  }
  if (recorded.better == Better::kMore && threshold > recorded.greatest) {
    throw std::invalid_argument(
        fmt::format("{}: no {} reaches {}, it is never above {}{}", form.name, recorded.name, text,
                    recorded.greatest,
                    recorded.IsShare() ? ": a share from 0 to 1, write 0.975 for 97.5%" : ""));
  }
  if (recorded.better == Better::kLess && threshold < recorded.least) {
    throw std::invalid_argument(fmt::format("{}: no {} falls to {}, it is never below {}",
                                            form.name, recorded.name, text, recorded.least));
  }
  return threshold + 0.0;  // -0 as 0
}

Metric ParseForm(const Form& form, const std::string& inside, const MetricTable& table) {
  const std::vector<std::string> arguments = SplitExpressions(inside);
  if (arguments.size() != (form.has_threshold ? 2U : 1U)) {
    throw std::invalid_argument(
        fmt::format("{}({}): expected {}, such as {}({})", form.name, inside, Pattern(form),
                    form.name, form.has_threshold ? "val_accuracy, 0.975" : "val_loss"));
  }
  const MetricInfo* recorded = FindMetric(table, arguments[0]);
  if (recorded == nullptr) {
    throw std::invalid_argument(fmt::format("{}: '{}' is not recorded: it is one of {}{}",
                                            form.name, arguments[0], NamesOf(table),
                                            WhyLacking(arguments[0])));
  }
  Metric metric{recorded->name, form.derivation, 0, recorded->better};
  if (form.has_threshold) metric.threshold = ParseThreshold(arguments[1], *recorded, form);
  return metric;
}

/// As ParseMetric, but allows a derivation where the table does not say which values are better.
Metric Parse(const std::string& text, const MetricTable& table) {
  const std::string whole = Trimmed(text);
  if (const MetricInfo* recorded = FindMetric(table, whole)) {
    return {recorded->name, Derivation::kNone, 0, recorded->better};
  }
  const size_t open = whole.find('(');
  if (open == std::string::npos) RefuseUnknown(text, table);
  const std::string name = Trimmed(whole.substr(0, open));
  const auto form = std::find_if(kForms.begin(), kForms.end(),
                                 [&name](const Form& one) { return one.name == name; });
  if (form == kForms.end()) RefuseUnknown(text, table);
  if (whole.back() != ')') {
    throw std::invalid_argument(
        fmt::format("'{}' does not end with ')': expected {}", text, Pattern(*form)));
  }
  return ParseForm(*form, whole.substr(open + 1, whole.size() - open - 2), table);
}

}  // namespace

bool Metric::HasThreshold() const {
  const Form* form = FormOf(derivation);
  return form != nullptr && form->has_threshold;
}

Metric ParseMetric(const std::string& text, const MetricTable& table) {
  const Metric metric = Parse(text, table);
  if (metric.better == Better::kUnknown &&
      (metric.HasThreshold() || metric.derivation == Derivation::kFinalMinusBest)) {
    throw std::invalid_argument(fmt::format("{}: whether more or less of {} is better is not known",
                                            text, metric.recorded));
  }
  return metric;
}

Metric ParseKnownMetric(const std::string& text) {
  const size_t open = text.find('(');
  const size_t begin = open == std::string::npos ? 0 : open + 1;
  const std::string name = Trimmed(text.substr(begin, text.find_first_of(",)", begin) - begin));
  return Parse(text, {{.name = name}});
}

bool IsDerivation(std::string_view word) {
  return std::any_of(kForms.begin(), kForms.end(),
                     [word](const Form& form) { return word == form.name; });
}

std::string ToText(const Metric& metric) {
  const Form* form = FormOf(metric.derivation);
  if (form == nullptr) return metric.recorded;
  if (!form->has_threshold) return fmt::format("{}({})", form->name, metric.recorded);
  return fmt::format("{}({}, {})", form->name, metric.recorded, metric.threshold);
}

std::string NaturalMode(const std::string& metric, const MetricTable& table) {
  const Metric parsed = ParseMetric(metric, table);
  if (parsed.better == Better::kUnknown) {
    throw std::invalid_argument(fmt::format(
        "whether more or less of {} is better is not known: say mode max or min", parsed.recorded));
  }
  return parsed.MoreIsBetter() && !parsed.HasThreshold() ? "max" : "min";
}

std::string UnitOf(const Metric& metric) {
  const Form* form = FormOf(metric.derivation);
  return form == nullptr ? "" : form->unit;
}

bool IsShare(const std::string& metric, const MetricTable& table) {
  const Metric parsed = ParseKnownMetric(metric);
  const MetricInfo* recorded = FindMetric(table, parsed.recorded);
  return UnitOf(parsed).empty() && recorded != nullptr && recorded->IsShare();
}

std::vector<std::string> SplitExpressions(const std::string& text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    }
    if (c == ',' && depth <= 0 && quote == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = Trimmed(part);
  return parts;
}

}  // namespace lrsweep
