#include "schedulers/inverse_time.h"

#include "schedulers/scheduler_type.h"
#include "schedulers/staircase.h"

namespace lrsweep {
namespace {

const OptionTable<InverseTimeDecayOptions>& Table() {
  static const OptionTable<InverseTimeDecayOptions> table = {
      {&InverseTimeDecayOptions::decay_rate,
       kRequired,
       {.name = "decay_rate",
        .range = AtLeast(0),
        .help = "after decay_steps ticks the rate is lr / (1 + decay_rate)"}},
      {&InverseTimeDecayOptions::decay_steps,
       {.name = "decay_steps",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval in one unit of time"}},
      {&InverseTimeDecayOptions::staircase,
       {.name = "staircase", .help = "whether it falls every decay_steps ticks only"}},
  };
  return table;
}

}  // namespace

Schedule InverseTimeDecay(const InverseTimeDecayOptions& options, const Rates& optimizer) {
  Table().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    return Rates{optimizer.lr / (1 + options.decay_rate * IntervalsOver(options, tick)),
                 optimizer.momentum};
  };
}

SchedulerType InverseTimeDecayType() {
  return FromTable<InverseTimeDecayOptions>(
      {.name = "InverseTimeDecay",
       .summary = "falls with one over the time",
       .formula =
           "lr / (1 + decay_rate * tick / decay_steps), staircase: the quotient rounded down",
       .source = "Keras, InverseTimeDecay",
       .example = "{type: InverseTimeDecay, decay_rate: 1, decay_steps: 10%}",
       .default_interval = "step",
       .chains_as_factor = true,
       .spans = SpansFrom(Table(), StaircaseSpans<InverseTimeDecayOptions>),
       .asks_for_constant =
           [](const Map& scheduler) {
             const Value* rate = Find(scheduler, "decay_rate");
             return rate != nullptr && (*rate == Value(0.0) || *rate == Value(0));
           }},
      Table(), InverseTimeDecay);
}

}  // namespace lrsweep
