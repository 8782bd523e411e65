#include "schedulers/inverse_sqrt.h"

#include <cmath>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<InverseSqrtOptions>& Table() {
  static const OptionTable<InverseSqrtOptions> table = {
      {&InverseSqrtOptions::num_warmup_steps,
       kRequired,
       {.name = "num_warmup_steps",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "ticks of the interval of the rise from 0"}},
      {&InverseSqrtOptions::timescale,
       {.name = "timescale",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval; null: num_warmup_steps, or 10000 without warm-up"}},
  };
  return table;
}

std::vector<Span> Spans(const InverseSqrtOptions& options) {
  return {{"num_warmup_steps", "the warm-up", 0, options.num_warmup_steps}};
}

}  // namespace

Schedule InverseSqrt(const InverseSqrtOptions& options, const Rates& optimizer) {
  Table().RequireInRange(options);
  const int64_t warmup = options.num_warmup_steps;
  const int64_t timescale = options.timescale.value_or(warmup > 0 ? warmup : 10'000);
  return [warmup, timescale, optimizer](int64_t tick) {
    double factor = 0;
    if (tick < warmup) {
      factor = static_cast<double>(tick) / static_cast<double>(warmup);
    } else {
      const double time = static_cast<double>(tick - warmup) + static_cast<double>(timescale);
      factor = 1.0 / std::sqrt(time / static_cast<double>(timescale));
    }
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

SchedulerType InverseSqrtType() {
  return FromTable<InverseSqrtOptions>(
      {.name = "InverseSqrt",
       .summary = "a linear warm-up, then down with the square root of the time",
       .formula = "lr * tick / num_warmup_steps, and from num_warmup_steps on\n"
                  "lr / sqrt((tick - num_warmup_steps + timescale) / timescale)",
       .source = "Hugging Face transformers, get_inverse_sqrt_schedule; Vaswani et al., "
                 "arXiv:1706.03762",
       .example = "{type: InverseSqrt, num_warmup_steps: 5%}",
       .default_interval = "step",
       .spans = SpansFrom(Table(), Spans)},
      Table(), InverseSqrt);
}

}  // namespace lrsweep
