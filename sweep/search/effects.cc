#include "sweep/search/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "schedulers/catalog.h"
#include "sweep/search/rate_samples.h"
#include "sweep/search/schedule_parameter.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

/// "gamma", "schedulers.1.gamma".
std::string NameOf(const std::string& path) { return path.substr(kSchedulerPrefix.size()); }

/// Whether trials that differ in `path` alone have different rates.
bool AxisMatters(const std::string& path, const std::vector<Trial>& trials, int64_t images) {
  std::map<std::string, const Trial*> first_of;  // of those that are equal without the path
  bool compared = false;
  for (const Trial& trial : trials) {
    Trial without = trial;
    EraseAt(without.params, path);
    const auto [first, is_new] = first_of.emplace(ScheduleKey(without), &trial);
    if (is_new) continue;
    compared = true;
    if (!HaveEqualRates(*first->second, trial, images)) return true;
  }
  return !compared;
}

/// Another value for the parameter: its default, or a number near the value. None where the value
/// is the default (most defaults are not written on purpose), or a share of the run.
std::optional<Value> OtherValue(const Parameter& parameter, const Value& value) {
  if (parameter.default_value == value) return std::nullopt;
  if (parameter.default_value && !parameter.counts_ticks) return parameter.default_value;
  if (const auto* integer = value.As<int64_t>()) return Value(*integer > 1 ? *integer - 1 : 2);
  if (const auto* real = value.As<double>()) return Value(*real / 2);
  return std::nullopt;
}

/// Whether the trial's rates would be others if the parameter had another value. `written`: its
/// value in the configuration; a trial whose schedule overrides the parameter lacks it.
bool ParameterMatters(const std::string& path, const Value& written, const Trial& trial,
                      int64_t images) {
  const Parameter* parameter =
      ParameterAt(std::get<Map>(trial.params.at("scheduler")), NameOf(path));
  const auto other = parameter != nullptr ? OtherValue(*parameter, written) : std::nullopt;
  if (!other) return true;
  if (Find(trial.params, path) == nullptr) return false;
  Trial changed = trial;
  SetAt(changed.params, path, *other);
  try {
    return !HaveEqualRates(trial, changed, images);
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

std::vector<std::string> WithoutEffect(const Entry& entry, const std::vector<Trial>& trials,
                                       int64_t images) {
  std::vector<std::string> sentences;
  const SchedulerType* type = FindSchedulerType(entry.type);
  // The rates of a plateau depend on a metric. Of a constant rate nothing is expected.
  if (trials.empty() || type == nullptr || type->build_plateau || type->name == "ConstantLR") {
    return sentences;
  }
  for (const Axis& axis : entry.axes) {
    if (!axis.Varies() || AxisMatters(axis.path, trials, images)) continue;
    const std::string count = axis.distribution ? "" : std::to_string(axis.values.size()) + " ";
    sentences.push_back(fmt::format("{} makes no difference: its {}values give the same rates",
                                    NameOf(axis.path), count));
  }
  for (const auto& written_at : entry.places) {
    const std::string& path = written_at.first;  // clang 14's lambdas capture no structured binding
    const bool is_axis = std::any_of(entry.axes.begin(), entry.axes.end(),
                                     [&](const Axis& axis) { return path.starts_with(axis.path); });
    const Value* written = Find(entry.section, NameOf(path));
    if (is_axis || written == nullptr) continue;
    const bool matters = std::any_of(trials.begin(), trials.end(), [&](const Trial& trial) {
      return ParameterMatters(path, *written, trial, images);
    });
    if (matters) continue;
    sentences.push_back(
        fmt::format("{} makes no difference to the rates of the run", NameOf(path)));
  }
  return sentences;
}

}  // namespace lrsweep
