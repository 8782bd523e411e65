#include "results/step_trace.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace lrsweep {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMostSteps = 100'000'000;  // of an epoch, so that a damaged number is found

/// The one value that all steps share, if they do. NaN is never shared: it would read as "varies".
std::optional<double> Constant(const std::vector<double>& values) {
  if (values.empty() || !std::isfinite(values[0])) return std::nullopt;
  const bool same = std::all_of(values.begin(), values.end(),
                                [&values](double value) { return value == values[0]; });
  return same ? std::optional<double>(values[0]) : std::nullopt;
}

template <typename Real>
void AppendReal(Real number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 32> buffer{};
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  const std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  out += text;
  // "2" would be an integer to SQLite, and to those who read from it.
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

bool HasLoss(std::span<const float> losses) {
  return std::any_of(losses.begin(), losses.end(), [](float loss) { return std::isfinite(loss); });
}

void CheckSize(const std::vector<double>& values, size_t steps, const char* what) {
  if (values.size() == 1 || values.size() == steps) return;
  throw std::invalid_argument("a trace of " + std::to_string(steps) + " steps with " +
                              std::to_string(values.size()) + " values of the " + what);
}

}  // namespace

StepTrace MakeStepTrace(std::span<const float> losses, const StepRates& rates) {
  CheckSize(rates.lr, losses.size(), "learning rate");
  CheckSize(rates.momentum, losses.size(), "momentum");
  StepTrace trace;
  trace.momentum = Constant(rates.momentum);
  if (trace.momentum) trace.lr = Constant(rates.lr);
  const bool has_losses = losses.empty() || HasLoss(losses) || !trace.momentum;
  if (!has_losses && trace.lr) {
    trace.json = std::to_string(losses.size());
    return trace;
  }
  const bool is_nested = has_losses && !trace.lr;
  trace.json.reserve(losses.size() * (trace.lr ? 12 : trace.momentum ? 34 : 54) + 2);
  trace.json += '[';
  for (size_t i = 0; i < losses.size(); ++i) {
    if (i > 0) trace.json += ',';
    if (is_nested) trace.json += '[';
    if (has_losses) AppendReal(losses[i], trace.json);
    if (is_nested) trace.json += ',';
    if (!trace.lr) AppendReal(rates.LrAt(i), trace.json);
    if (!trace.momentum) {
      trace.json += ',';
      AppendReal(rates.MomentumAt(i), trace.json);
    }
    if (is_nested) trace.json += ']';
  }
  trace.json += ']';
  return trace;
}

void ReadStepTrace(const StepTrace& trace, std::vector<StepRow>& steps) {
  // The first numbers of a step are in the JSON: the loss, then what the trace does not share.
  const nlohmann::json parsed = nlohmann::json::parse(trace.json, nullptr, false);
  const size_t numbers = trace.lr ? 1 : trace.momentum ? 2 : 3;
  const auto refuse = [](bool good) {
    if (!good) throw std::invalid_argument("a trace of steps that is no JSON of ours");
  };
  const auto number = [&refuse](const nlohmann::json& value) {
    refuse(value.is_number() || value.is_null());
    return value.is_null() ? kNan : value.get<double>();
  };
  if (parsed.is_number_unsigned()) {
    refuse(trace.lr && trace.momentum && parsed.get<size_t>() <= kMostSteps);
    const StepRow row{.lr = trace.lr.value(), .momentum = trace.momentum.value(), .loss = kNan};
    steps.insert(steps.end(), parsed.get<size_t>(), row);
    return;
  }
  refuse(parsed.is_array());
  steps.reserve(steps.size() + parsed.size());
  for (const nlohmann::json& step : parsed) {
    if (numbers == 2 && !step.is_array()) {
      steps.push_back({.lr = number(step), .momentum = trace.momentum.value(), .loss = kNan});
      continue;
    }
    refuse(numbers == 1 || (step.is_array() && step.size() == numbers));
    const auto at = [&](size_t i) { return number(numbers == 1 ? step : step[i]); };
    steps.push_back({.lr = trace.lr ? *trace.lr : at(1),
                     .momentum = trace.momentum ? *trace.momentum : at(2),
                     .loss = at(0)});
  }
}

}  // namespace lrsweep
