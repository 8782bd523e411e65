#include "params/option_table.h"

#include "params/ticks.h"

namespace lrsweep {

void RefuseType(const Value& value, std::string_view expected) {
  throw std::invalid_argument("expected " + std::string(expected) + ", not " +
                              std::string(KindName(value)));
}

namespace {

/// The ticks that a text stands for; `value` itself if it is no text.
Value TicksOf(const Parameter& parameter, const Value& value, int64_t run_ticks) {
  const auto* text = value.As<std::string>();
  if (text == nullptr) return value;
  const std::string where = parameter.name + ": " + *text + ": ";
  if (run_ticks < 1)
    throw std::invalid_argument(where + "nothing of the run is left to the schedule");
  const int64_t ticks = *text == kWholeRun ? run_ticks : TicksOfShare(*text, run_ticks);
  if (static_cast<double>(ticks) >= parameter.range.minimum) return ticks;
  Parameter number = parameter;
  number.counts_ticks = false;
  const std::string expected = ", expected " + Describe(number);
  if (*text == kWholeRun) {
    throw std::invalid_argument(where + "the run leaves " + std::to_string(ticks) +
                                " to the schedule" + expected);
  }
  throw std::invalid_argument(where + "that is " + std::to_string(ticks) + " of the " +
                              std::to_string(run_ticks) + " ticks that the schedule has" +
                              expected + "; a larger share or more epochs give more");
}

/// Throws where one of `ticks` is not at least `least` above the one before it.
void RequireRising(const std::string& name, const std::vector<int64_t>& ticks, int64_t least) {
  for (size_t i = 1; i < ticks.size(); ++i) {
    if (ticks[i] - ticks[i - 1] >= least) continue;
    throw std::invalid_argument(name + " must increase: " + std::to_string(ticks[i]) +
                                " comes after " + std::to_string(ticks[i - 1]));
  }
}

}  // namespace

Value ResolveTicks(const Parameter& parameter, const Value& value, int64_t run_ticks) {
  if (!parameter.counts_ticks) return value;
  if (value.IsNull() && parameter.null_is_run) return TicksOf(parameter, kWholeRun, run_ticks);
  const List* list = value.As<List>();
  if (list == nullptr) return TicksOf(parameter, value, run_ticks);
  Parameter point_tick{.name = parameter.name, .kind = Kind::kInteger, .range = AtLeast(0)};
  List resolved;
  for (const Value& element : *list) {
    const List* point = element.As<List>();
    resolved.push_back(point == nullptr ? TicksOf(parameter, element, run_ticks) : *point);
    if (point != nullptr) {
      Value& tick = std::get<List>(resolved.back()).front();
      tick = TicksOf(point_tick, tick, run_ticks);
    }
  }
  return resolved;
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
  RequireRising(name, ticks, /*least=*/1);
}

void RequireNotDecreasing(const std::string& name, const std::vector<int64_t>& ticks) {
  RequireRising(name, ticks, /*least=*/0);
}

}  // namespace lrsweep
