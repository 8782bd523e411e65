#include "schedulers/cyclic.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "schedulers/scheduler_type.h"

namespace lrsweep {
namespace {

const OptionTable<CyclicLrOptions>& Table() {
  static const OptionTable<CyclicLrOptions> table = {
      {&CyclicLrOptions::base_lr,
       kRequired,
       {.name = "base_lr",
        .range = AtLeast(0),
        .help = "learning rate at the start of every cycle; at most max_lr"}},
      {&CyclicLrOptions::max_lr,
       kRequired,
       {.name = "max_lr",
        .range = AtLeast(0),
        .help = "learning rate at the peak of the first cycle"}},
      {&CyclicLrOptions::step_size_up,
       {.name = "step_size_up",
        .range = Above(0),
        .counts_ticks = true,
        .help = "ticks of the interval from base_lr to the peak"}},
      {&CyclicLrOptions::step_size_down,
       {.name = "step_size_down",
        .range = Above(0),
        .counts_ticks = true,
        .help = "ticks of the interval from the peak to base_lr; null: step_size_up"}},
      {&CyclicLrOptions::mode,
       {{"triangular", CyclicMode::kTriangular},
        {"triangular2", CyclicMode::kTriangular2},
        {"exp_range", CyclicMode::kExpRange}},
       {.name = "mode",
        .help = "peaks stay, halve with each cycle, or shrink by gamma with each tick"}},
      {&CyclicLrOptions::gamma,
       {.name = "gamma",
        .range = {.minimum = 0, .maximum = 1, .open_minimum = true},
        .help = "factor of each tick in mode exp_range"}},
      {&CyclicLrOptions::cycle_momentum,
       {.name = "cycle_momentum",
        .help = "whether the momentum cycles too, against the learning rate"}},
      {&CyclicLrOptions::base_momentum,
       {.name = "base_momentum",
        .range = Between(0, 1),
        .help = "momentum at the peak of the first cycle"}},
      {&CyclicLrOptions::max_momentum,
       {.name = "max_momentum",
        .range = Between(0, 1),
        .help = "momentum at the start of every cycle"}},
  };
  return table;
}

std::vector<std::string> Overrides(const CyclicLrOptions& options) {
  std::vector<std::string> paths = OverriddenByOwnRates(options.cycle_momentum);
  if (options.mode != CyclicMode::kExpRange) paths.emplace_back("scheduler.gamma");
  return paths;
}

std::vector<Span> Spans(const CyclicLrOptions& options) {
  const auto ticks = [](double size) {
    return static_cast<int64_t>(std::ceil(std::min(size, static_cast<double>(kLongerThanAnyRun))));
  };
  const int64_t peak = ticks(options.step_size_up);
  std::vector<Span> spans = {{"step_size_up", "the peak", peak, peak}};
  if (options.step_size_down) {
    spans.push_back(
        {"step_size_down", "the way down", peak, peak + ticks(*options.step_size_down)});
  }
  return spans;
}

/// The factor of the height of a cycle. `cycle` counts from 1.
double CycleScale(const CyclicLrOptions& options, double cycle, int64_t tick) {
  switch (options.mode) {
    case CyclicMode::kTriangular:
      return 1.0;
    case CyclicMode::kTriangular2:
      return 1 / std::pow(2.0, cycle - 1);
    case CyclicMode::kExpRange:
      return std::pow(options.gamma, static_cast<double>(tick));
  }
  return 1.0;
}

}  // namespace

Schedule CyclicLr(const CyclicLrOptions& options, double momentum) {
  Table().RequireInRange(options);
  if (options.base_lr > options.max_lr) {
    throw std::invalid_argument("base_lr " + ShortestReal(options.base_lr) + " is above max_lr " +
                                ShortestReal(options.max_lr) +
                                ": the cycle would begin at its top and go down to max_lr, as in "
                                "PyTorch; exchange the two");
  }
  if (options.cycle_momentum) {
    RequireOrder("base_momentum", options.base_momentum, "max_momentum", options.max_momentum);
  }
  const double cycle_size =
      options.step_size_up + options.step_size_down.value_or(options.step_size_up);
  const double peak = options.step_size_up / cycle_size;  // as a share of the cycle
  return [options, momentum, cycle_size, peak](int64_t tick) {
    // PyTorch's operations in PyTorch's order: another order gives other last digits.
    const double cycles = static_cast<double>(tick) / cycle_size;
    const double cycle = std::floor(1 + cycles);
    const double position = 1.0 + cycles - cycle;  // within the cycle, 0 to 1
    const double height = position <= peak ? position / peak : (position - 1) / (peak - 1);
    const double scale = CycleScale(options, cycle, tick);
    Rates rates;
    rates.lr = options.base_lr + (options.max_lr - options.base_lr) * height * scale;
    rates.momentum =
        options.cycle_momentum
            ? options.max_momentum - (options.max_momentum - options.base_momentum) * height * scale
            : momentum;
    return rates;
  };
}

SchedulerType CyclicLrType() {
  return FromTable<CyclicLrOptions>(
      {.name = "CyclicLR",
       .summary = "rises and falls between base_lr and max_lr, the momentum against it",
       .formula =
           "base_lr + (max_lr - base_lr) * h * s\n"
           "max_momentum - (max_momentum - base_momentum) * h * s, if it is cycled\n"
           "h: from 0 to 1 in step_size_up ticks, back to 0 in step_size_down\n"
           "s: 1 (triangular), 0.5 ^ finished cycles (triangular2), gamma ^ tick (exp_range)\n"
           "base_lr above max_lr is refused: PyTorch takes it and turns the cycle upside down.",
       .source = "torch.optim.lr_scheduler.CyclicLR; Smith, arXiv:1506.01186",
       .example =
           "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 12.5%, mode: triangular2}",
       .default_interval = "step",
       .rises_on_purpose = true,
       .spans = SpansFrom(Table(), Spans)},
      Table(), CyclicLr, Overrides);
}

}  // namespace lrsweep
