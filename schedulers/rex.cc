#include "schedulers/rex.h"

#include <algorithm>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<RexOptions>& Table() {
  static const OptionTable<RexOptions> table = {
      {&RexOptions::total_iters,
       {.name = "total_iters",
        .default_value = "run",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval down to eta_min"}},
      {&RexOptions::eta_min,
       {.name = "eta_min", .range = AtLeast(0), .help = "learning rate from total_iters on"}},
  };
  return table;
}

std::vector<Span> Spans(const RexOptions& options) {
  return {{"total_iters", "the decay", 0, options.total_iters}};
}

}  // namespace

Schedule Rex(const RexOptions& options, const Rates& optimizer) {
  Table().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    const double done = static_cast<double>(std::min(options.total_iters, tick)) /
                        static_cast<double>(options.total_iters);
    const double factor = (1.0 - done) / (1.0 - done / 2.0);
    return Rates{options.eta_min + (optimizer.lr - options.eta_min) * factor, optimizer.momentum};
  };
}

SchedulerType RexType() {
  return FromTable<RexOptions>(
      {.name = "REX",
       .summary = "falls to eta_min in total_iters ticks, slowly at first: above a line throughout",
       .formula = "eta_min + (lr - eta_min) * (1 - p) / (1 - p / 2)\n"
                  "p: min(tick, total_iters) / total_iters",
       .source = "Chen et al., REX, arXiv:2107.04197; pytorch_optimizer, REXScheduler",
       .example = "{type: REX, total_iters: run}",
       .default_interval = "step",
       .horizon = "total_iters",
       .spans = SpansFrom(Table(), Spans)},
      Table(), Rex);
}

}  // namespace lrsweep
