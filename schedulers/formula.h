// Formula: a schedule that the user writes as arithmetic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "params/value.h"
#include "schedulers/schedule.h"

namespace lrsweep {

struct FormulaOptions {
  std::string lr;                       // required
  std::optional<std::string> momentum;  // none: the optimizer's
  Map params;                           // names of the user's own, with numbers
};

/// How long a formula's schedule is, and how long an epoch.
struct FormulaClock {
  int64_t run_ticks = 0;
  double ticks_per_epoch = 1;
};

/// The value of `options.lr` at each tick, an arithmetic expression (expression.h) of
/// - t, the tick, from 0; T, the schedule's length in ticks (what "run" is elsewhere);
/// - epoch: t in epochs, 0 at the start and 1.5 in the middle of the second epoch;
/// - lr and momentum, the optimizer's;
/// - the names in `params`.
/// `options.momentum` is the formula of the momentum; without it the optimizer's applies.
///
/// Throws std::invalid_argument where a formula cannot be read, and, for a run of up to 4 million
/// ticks, where one gives NaN, infinity, a rate below 0 or a momentum outside of 0 to 1 at a tick
/// of the run. Beyond the run the rates of its last tick hold. The rates of such a run are computed
/// at once: 8 bytes a tick. Of a longer one, and where the run has no tick, each tick is computed
/// when it is asked for; then that call throws.
Schedule Formula(const FormulaOptions& options, const Rates& optimizer, const FormulaClock& clock);

SchedulerType FormulaType();

/// Whether the scheduler's section, or a nested scheduler in it, is a Formula.
bool HoldsFormula(const Map& scheduler);

}  // namespace lrsweep
