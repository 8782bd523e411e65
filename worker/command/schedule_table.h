// The schedule of a trial as files that its program reads: CSV, and raw doubles.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "schedulers/schedule.h"

namespace lrsweep {

/// Where the two files are.
struct ScheduleFiles {
  std::string csv;     // "step,lr,momentum", then a row a step, in shortest exact decimals
  std::string binary;  // float64 pairs (lr, momentum), native byte order, no header
};

/// The rates of a step; asked for steps in ascending order.
using RatesAt = std::function<Rates(int64_t step)>;

/// Whether to go on; asked every few milliseconds.
using ShouldContinue = std::function<bool()>;

/// Writes the rows of the steps from 0 to below `steps` under other names and moves them into
/// place. Returns false, and leaves no file, where `should_continue` said so. Throws FileError.
bool WriteScheduleTable(const ScheduleFiles& files, const RatesAt& rates, int64_t steps,
                        const ShouldContinue& should_continue);

/// Adds the rows of `count` steps from `first` on. Throws FileError.
void ExtendScheduleTable(const ScheduleFiles& files, const RatesAt& rates, int64_t first,
                         int64_t count);

/// Whether the files hold `steps` rows already, as an earlier attempt at the trial wrote them. The
/// rates of some rows are compared, in case another version of the program wrote them.
bool HoldsScheduleTable(const ScheduleFiles& files, const RatesAt& rates, int64_t steps);

}  // namespace lrsweep
