#include "schedulers/range_test.h"

#include <cmath>
#include <stdexcept>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<LrRangeTestOptions>& Table() {
  static const OptionTable<LrRangeTestOptions> table = {
      {&LrRangeTestOptions::start_lr,
       {.name = "start_lr",
        .range = AtLeast(0),
        .help = "learning rate at tick 0; above 0 in step_mode exp"}},
      {&LrRangeTestOptions::end_lr,
       {.name = "end_lr", .range = AtLeast(0), .help = "learning rate at the last tick"}},
      {&LrRangeTestOptions::num_iter,
       {.name = "num_iter",
        .range = AtLeast(2),
        .counts_ticks = true,
        .help = "ticks of the interval, the first and the last included"}},
      {&LrRangeTestOptions::step_mode,
       {{"exp", RangeTestMode::kExp}, {"linear", RangeTestMode::kLinear}},
       {.name = "step_mode", .help = "how the rate rises"}},
  };
  return table;
}

std::vector<Span> Spans(const LrRangeTestOptions& options) {
  return {{"num_iter", "the rise", 0, options.num_iter}};
}

std::vector<std::string> Overrides(const LrRangeTestOptions&) { return {"optimizer.lr"}; }

}  // namespace

Schedule LrRangeTest(const LrRangeTestOptions& options, double momentum) {
  Table().RequireInRange(options);
  if (options.step_mode == RangeTestMode::kExp && options.start_lr == 0) {
    throw std::invalid_argument("start_lr must be above 0 in step_mode exp");
  }
  RequireOrder("start_lr", options.start_lr, "end_lr", options.end_lr);
  return [options, momentum](int64_t tick) {
    if (tick >= options.num_iter - 1) return Rates{options.end_lr, momentum};
    const double share = static_cast<double>(tick) / static_cast<double>(options.num_iter - 1);
    if (options.step_mode == RangeTestMode::kLinear) {
      return Rates{options.start_lr + share * (options.end_lr - options.start_lr), momentum};
    }
    return Rates{options.start_lr * std::pow(options.end_lr / options.start_lr, share), momentum};
  };
}

SchedulerType LrRangeTestType() {
  return FromTable<LrRangeTestOptions>(
      {.name = "LRRangeTest",
       .summary = "rises from start_lr to end_lr, to find out which rates are good",
       .formula = "start_lr * (end_lr / start_lr) ^ r, or start_lr + (end_lr - start_lr) * r\n"
                  "r: tick / (num_iter - 1), at most 1",
       .source = "Smith, arXiv:1506.01186; pytorch-lr-finder; fastai's lr_find",
       .example = "{type: LRRangeTest, start_lr: 1.0e-5, end_lr: 1, num_iter: run}",
       .default_interval = "step",
       .horizon = "num_iter",
       .rises_on_purpose = true,
       .spans = SpansFrom(Table(), Spans)},
      Table(), LrRangeTest, Overrides);
}

}  // namespace lrsweep
