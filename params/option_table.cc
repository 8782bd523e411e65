#include "params/option_table.h"

namespace lrsweep {

void RefuseType(const Value& value, std::string_view expected) {
  throw std::invalid_argument("expected " + std::string(expected) + ", not " +
                              std::string(KindName(value)));
}

Value ResolveTicks(const Parameter& parameter, const Value& value, int64_t run_ticks) {
  if (!parameter.accepts_run || !(value.IsNull() || value == Value("run"))) return value;
  const std::string run = parameter.name + ": run: ";
  if (run_ticks < 1)
    throw std::invalid_argument(run + "nothing of the run is left to the schedule");
  if (static_cast<double>(run_ticks) < parameter.range.minimum) {
    Parameter number = parameter;
    number.accepts_run = false;
    throw std::invalid_argument(run + "the run leaves " + std::to_string(run_ticks) +
                                " to the schedule, expected " + Describe(number));
  }
  return run_ticks;
}

void RefuseOutOfRange(const Parameter& parameter, const Value& value) {
  try {
    Coerce(parameter, value);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(parameter.name + ": " + error.what());
  }
}

void RequireOrder(const std::string& low_name, double low, const std::string& high_name,
                  double high) {
  if (low <= high) return;
  throw std::invalid_argument(low_name + " " + ShortestReal(low) + " is above " + high_name + " " +
                              ShortestReal(high));
}

void RequireIncreasing(const std::string& name, const std::vector<int64_t>& ticks) {
  for (size_t i = 1; i < ticks.size(); ++i) {
    if (ticks[i] > ticks[i - 1]) continue;
    throw std::invalid_argument(name + " must increase: " + std::to_string(ticks[i]) +
                                " comes after " + std::to_string(ticks[i - 1]));
  }
}

}  // namespace lrsweep
