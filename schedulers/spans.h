// What a schedule does at which of its ticks: held against the ticks that it has, this shows what a
// run never reaches or cuts off.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "params/option_table.h"

namespace lrsweep {

/// A stretch of ticks over which the schedule does one thing, on its own clock; or, where `begin`
/// is `end`, a tick at which something happens.
struct Span {
  std::string parameter;  // that sets its end: "T_max"
  std::string what;       // "the half cosine", "the first decay"
  int64_t begin = 0;
  int64_t end = 0;
};

/// More ticks than any run has. Larger numbers of ticks may be written; what adds to one is cut off
/// here first (AtMostAnyRun), so that sums do not overflow.
inline constexpr int64_t kLongerThanAnyRun = 1'000'000'000'000'000;

constexpr int64_t AtMostAnyRun(int64_t ticks) { return std::min(ticks, kLongerThanAnyRun); }

/// The spans of a schedule with these parameters, as Coerce returns them, of which `run_ticks` is
/// "run". Throws as SchedulerType::build does.
using SpansOf = std::function<std::vector<Span>(const Map& parameters, int64_t run_ticks)>;

/// Spans that follow from a type's options. `table` must live as long as the program.
template <typename Options>
SpansOf SpansFrom(const OptionTable<Options>& table, std::vector<Span> (*spans)(const Options&)) {
  return [&table, spans](const Map& parameters, int64_t run_ticks) {
    return spans(table.Read(parameters, run_ticks));
  };
}

}  // namespace lrsweep
