#include "sweep/config/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "params/find_by_name.h"
#include "params/parameter.h"

namespace lrsweep {
namespace {

/// Integers up to here are exact as reals.
constexpr double kLargestInteger = 9007199254740992;  // 2^53

struct Form {
  std::string name;
  std::string bounds;  // what the list has
  bool is_log = false;
  bool is_integer = false;
};

const std::vector<Form>& Forms() {
  static const std::vector<Form> forms = {
      {"uniform", "[low, high]"},
      {"loguniform", "[low, high]", true},
      {"quniform", "[low, high, q]"},
      {"randint", "[low, high]", false, true},
      {"lograndint", "[low, high]", true, true},
      {"choice", "[value, ...]"},
  };
  return forms;
}

/// The names of other tools (W&B, Optuna, NNI, Determined), and what they are here.
constexpr std::array<std::pair<const char*, const char*>, 17> kOthers = {
    {{"log_uniform", "loguniform"},
     {"log_uniform_values", "loguniform"},
     {"inv_log_uniform_values", "loguniform"},
     {"log", "loguniform"},
     {"q_uniform", "quniform"},
     {"float", "uniform"},
     {"double", "uniform"},
     {"int", "randint"},
     {"int_uniform", "randint"},
     {"log_int", "lograndint"},
     {"categorical", "choice"},
     {"values", "choice"},
     {"distribution", "uniform"},
     {"min", "uniform"},
     {"max", "uniform"},
     {"minval", "uniform"},
     {"maxval", "uniform"}}};

[[noreturn]] void Refuse(const ConfigNode& node, const std::string& path, const std::string& what) {
  throw ConfigError(node.at, path + ": " + what);
}

double ReadNumber(const ConfigNode& node, const std::string& path, const Form& form) {
  const Value value = node.AsScalar() != nullptr ? ToValue(node) : Value();
  const auto* integer = value.As<int64_t>();
  const auto* real = value.As<double>();
  const double number = integer != nullptr ? static_cast<double>(*integer)
                        : real != nullptr  ? *real
                                           : std::nan("");
  const bool is_whole = integer != nullptr && std::abs(number) <= kLargestInteger;
  if (std::isfinite(number) && (is_whole || !form.is_integer)) return number;
  Refuse(node, path,
         fmt::format("{} needs {}, each {}, as in {{{}: {}}}", form.name, form.bounds,
                     form.is_integer ? "an integer" : "a number", form.name,
                     form.is_integer ? "[2, 10]" : "[0.1, 1]"));
}

/// The node's place with `text` as a plain scalar.
ConfigNode Plain(const ConfigNode& node, std::string text) {
  return {node.at, ConfigNode::Scalar{std::move(text)}};
}

bool IsMultiple(double number, double step) {
  const double quotient = number / step;
  return std::abs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::abs(quotient));
}

void CheckStep(const Distribution& read, const ConfigNode& list, const std::string& path) {
  const ConfigNode::Sequence& bounds = *list.AsSequence();
  if (read.step <= 0) Refuse(bounds[2], path, "quniform needs a q above 0");
  for (const size_t i : {0, 1}) {
    if (IsMultiple(i == 0 ? read.low : read.high, read.step)) continue;
    Refuse(bounds[i], path,
           fmt::format("a bound of quniform is a multiple of its q, {}", read.step));
  }
}

/// Throws ConfigError where a bound is no value of the parameter.
void CheckBounds(Distribution& read, const ConfigNode& list, const std::string& path,
                 const std::function<Value(const ConfigNode&)>& read_value) {
  for (const size_t i : {0, 1}) {
    const double bound = i == 0 ? read.low : read.high;
    const ConfigNode& node = (*list.AsSequence())[i];
    const std::string text =
        read.is_integer ? std::to_string(static_cast<int64_t>(bound)) : ShortestReal(bound);
    Value value;
    try {
      value = read_value(Plain(node, text));
    } catch (const ConfigError& error) {
      const std::string what = error.what();
      const bool wants_integer = what.find("expected an integer") != std::string::npos;
      if (read.is_integer || !wants_integer) throw;
      Refuse(node, path,
             fmt::format("{} draws reals, but an integer is expected: write {{{}: [low, high]}}",
                         read.name, read.is_log ? "lograndint" : "randint"));
    }
    read.is_real = value.As<double>() != nullptr;
    if (read.is_real || value.As<int64_t>() != nullptr) continue;
    Refuse(node, path, read.name + " draws numbers; for other values write {choice: [...]}");
  }
}

Distribution ReadChoice(const ConfigNode& list, const std::string& path,
                        const std::function<Value(const ConfigNode&)>& read_value) {
  Distribution read{.name = "choice"};
  if (list.AsSequence()->empty()) Refuse(list, path, "choice needs a list of at least one value");
  for (const ConfigNode& element : *list.AsSequence()) read.choices.push_back(read_value(element));
  return read;
}

}  // namespace

const std::vector<std::string>& DistributionNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Form& form : Forms()) all.push_back(form.name);
    return all;
  }();
  return names;
}

const ConfigNode* FindDistribution(const ConfigNode& node, std::string& name) {
  for (const Form& form : Forms()) {
    const ConfigNode* list = node.Get(form.name);
    if (list == nullptr || list->AsSequence() == nullptr || node.AsMapping()->size() > 1) continue;
    name = form.name;
    return list;
  }
  return nullptr;
}

Distribution ReadDistribution(const std::string& name, const ConfigNode& list,
                              const std::string& path,
                              const std::function<Value(const ConfigNode& node)>& read_value) {
  if (name == "choice") return ReadChoice(list, path, read_value);
  const Form& form = *FindByName(Forms(), name);
  Distribution read{.name = name, .is_log = form.is_log, .is_integer = form.is_integer};
  const ConfigNode::Sequence& bounds = *list.AsSequence();
  const size_t expected = name == "quniform" ? 3 : 2;
  if (bounds.size() != expected) {
    Refuse(list, path, fmt::format("{} needs {}, not {} values", name, form.bounds, bounds.size()));
  }
  read.low = ReadNumber(bounds[0], path, form);
  read.high = ReadNumber(bounds[1], path, form);
  if (expected == 3) read.step = ReadNumber(bounds[2], path, form);
  if (read.is_log && read.low <= 0) {
    Refuse(bounds[0], path, name + " needs bounds above 0, since it is uniform in their logarithm");
  }
  if (read.low >= read.high) {
    Refuse(list, path, name + " needs " + form.bounds + " with low below high");
  }
  if (expected == 3) CheckStep(read, list, path);
  if (read.is_integer) read.high -= 1;  // Ray Tune's upper bound is exclusive
  CheckBounds(read, list, path, read_value);
  return read;
}

std::string DistributionHint(const ConfigNode& node) {
  const auto* mapping = node.AsMapping();
  if (mapping == nullptr || mapping->empty()) return "";
  const auto hint = [](const Form& form) {
    return fmt::format("; to sample it write {{{}: {}}}", form.name, form.bounds);
  };
  for (const auto& entry : *mapping) {
    for (const auto& [other, name] : kOthers) {
      if (entry.key == other) return hint(*FindByName(Forms(), name));
    }
    const std::string nearest = NearestName(entry.key, DistributionNames());
    if (!nearest.empty()) return hint(*FindByName(Forms(), nearest));
  }
  return "";
}

}  // namespace lrsweep
