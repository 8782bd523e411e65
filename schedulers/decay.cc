#include "schedulers/decay.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "schedulers/scheduler_type.h"
#include "schedulers/staircase.h"

namespace lrsweep {
namespace {

/// Adds to an entry what the whole family has in common; its `source` is what follows PyTorch's.
template <typename Options, typename Make>
SchedulerType DecayType(SchedulerType type, const OptionTable<Options>& table, Make make,
                        std::vector<Span> (*spans)(const Options&) = nullptr) {
  type.source = "torch.optim.lr_scheduler." + type.name + type.source;
  type.default_interval = "epoch";
  type.chains_as_factor = true;
  if (spans != nullptr) type.spans = SpansFrom(table, spans);
  return FromTable(std::move(type), table, make);
}

/// The row `total_iters`, which most of the family have.
Parameter TotalIters(const std::string& help) {
  return {.name = "total_iters", .range = AtLeast(0), .counts_ticks = true, .help = help};
}

// ---- StepLR

const OptionTable<StepLrOptions>& StepLrTable() {
  static const OptionTable<StepLrOptions> table = {
      {&StepLrOptions::step_size,
       kRequired,
       {.name = "step_size",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval from one decay to the next"}},
      {&StepLrOptions::gamma, {.name = "gamma", .range = Above(0), .help = "factor of each decay"}},
  };
  return table;
}

std::vector<Span> StepLrSpans(const StepLrOptions& options) {
  return {{"step_size", "the first decay", options.step_size, options.step_size}};
}

}  // namespace

Schedule StepLr(const StepLrOptions& options, const Rates& optimizer) {
  StepLrTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    const int64_t decays = tick / options.step_size;
    const double factor = std::pow(options.gamma, static_cast<double>(decays));
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

SchedulerType StepLrType() {
  return DecayType({.name = "StepLR",
                    .summary = "multiplies the learning rate by gamma every step_size ticks",
                    .formula = "lr * gamma ^ floor(tick / step_size)",
                    .example = "{type: StepLR, step_size: 25%, gamma: 0.1}"},
                   StepLrTable(), StepLr, StepLrSpans);
}

// ---- MultiStepLR

namespace {

const OptionTable<MultiStepLrOptions>& MultiStepLrTable() {
  static const OptionTable<MultiStepLrOptions> table = {
      {&MultiStepLrOptions::milestones,
       kRequired,
       {.name = "milestones",
        .range = AtLeast(0),
        .counts_ticks = true,
        .help = "ticks of the interval at which it decays, in their order; one listed twice decays "
                "twice"}},
      {&MultiStepLrOptions::gamma,
       {.name = "gamma", .range = Above(0), .help = "factor of each decay"}},
  };
  return table;
}

std::vector<Span> MultiStepLrSpans(const MultiStepLrOptions& options) {
  std::vector<Span> spans;
  for (const int64_t tick : options.milestones)
    spans.push_back({"milestones", "the milestone", tick, tick});
  return spans;
}

}  // namespace

Schedule MultiStepLr(const MultiStepLrOptions& options, const Rates& optimizer) {
  MultiStepLrTable().RequireInRange(options);
  RequireNotDecreasing("milestones", options.milestones);
  return [options, optimizer](int64_t tick) {
    const auto& milestones = options.milestones;
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), tick);
    const auto decays = static_cast<double>(next - milestones.begin());
    return Rates{optimizer.lr * std::pow(options.gamma, decays), optimizer.momentum};
  };
}

SchedulerType MultiStepLrType() {
  return DecayType({.name = "MultiStepLR",
                    .summary = "multiplies the learning rate by gamma at each milestone",
                    .formula = "lr * gamma ^ (milestones that are at most tick)\n"
                               "As in PyTorch, milestone 0 decays from the start, and one that is "
                               "listed twice decays twice.",
                    .example = "{type: MultiStepLR, milestones: [50%, 75%], gamma: 0.1}"},
                   MultiStepLrTable(), MultiStepLr, MultiStepLrSpans);
}

// ---- ConstantLR

namespace {

const OptionTable<ConstantLrOptions>& ConstantLrTable() {
  static const OptionTable<ConstantLrOptions> table = {
      {&ConstantLrOptions::factor,
       {.name = "factor",
        .range = Between(0, 1),
        .help = "share of the optimizer's rate until total_iters"}},
      {&ConstantLrOptions::total_iters, TotalIters("ticks of the interval for which it holds")},
  };
  return table;
}

std::vector<Span> ConstantLrSpans(const ConstantLrOptions& options) {
  if (options.factor == 1) return {};
  return {{"total_iters", "the time at factor", 0, options.total_iters}};
}

}  // namespace

Schedule ConstantLr(const ConstantLrOptions& options, const Rates& optimizer) {
  ConstantLrTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    const bool ended = options.total_iters > 0 && tick >= options.total_iters;
    return Rates{ended ? optimizer.lr : optimizer.lr * options.factor, optimizer.momentum};
  };
}

SchedulerType ConstantLrType() {
  return DecayType(
      {.name = "ConstantLR",
       .summary = "multiplies the learning rate by factor for the first total_iters ticks",
       .formula = "lr * factor while tick < total_iters, then lr\n"
                  "total_iters 0: lr * factor for ever, as in PyTorch",
       .example = "{type: ConstantLR, factor: 0.5, total_iters: 20%}"},
      ConstantLrTable(), ConstantLr, ConstantLrSpans);
}

// ---- LinearLR

namespace {

const OptionTable<LinearLrOptions>& LinearLrTable() {
  static const OptionTable<LinearLrOptions> table = {
      {&LinearLrOptions::start_factor,
       {.name = "start_factor",
        .range = {.minimum = 0, .maximum = 1, .open_minimum = true},
        .help = "share of the optimizer's rate at tick 0"}},
      {&LinearLrOptions::end_factor,
       {.name = "end_factor",
        .range = Between(0, 1),
        .help = "share of the optimizer's rate from total_iters on"}},
      {&LinearLrOptions::total_iters,
       TotalIters("ticks of the interval from the one to the other")},
  };
  return table;
}

std::vector<Span> LinearLrSpans(const LinearLrOptions& options) {
  if (options.start_factor == options.end_factor) return {};
  return {{"total_iters", "the line", 0, options.total_iters}};
}

}  // namespace

Schedule LinearLr(const LinearLrOptions& options, const Rates& optimizer) {
  LinearLrTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    double factor = options.start_factor;
    if (options.total_iters > 0) {
      factor += (options.end_factor - options.start_factor) *
                static_cast<double>(std::min(options.total_iters, tick)) /
                static_cast<double>(options.total_iters);
    }
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

SchedulerType LinearLrType() {
  return DecayType(
      {.name = "LinearLR",
       .summary = "moves in a line from start_factor to end_factor in total_iters ticks",
       .formula = "lr * (start_factor + (end_factor - start_factor) * min(tick, total_iters) / "
                  "total_iters)\n"
                  "total_iters 0: lr * start_factor for ever, as in PyTorch",
       .example = "{type: LinearLR, start_factor: 1, end_factor: 0, total_iters: run}"},
      LinearLrTable(), LinearLr, LinearLrSpans);
}

// ---- ExponentialLR

namespace {

const OptionTable<ExponentialLrOptions>& ExponentialLrTable() {
  static const OptionTable<ExponentialLrOptions> table = {
      {&ExponentialLrOptions::gamma,
       kRequired,
       {.name = "gamma", .range = Above(0), .help = "factor of every decay_steps ticks"}},
      {&ExponentialLrOptions::decay_steps,
       {.name = "decay_steps",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval in which the rate falls by gamma"}},
      {&ExponentialLrOptions::staircase,
       {.name = "staircase", .help = "whether it falls every decay_steps ticks, as StepLR does"}},
  };
  return table;
}

}  // namespace

Schedule ExponentialLr(const ExponentialLrOptions& options, const Rates& optimizer) {
  ExponentialLrTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    const double factor = std::pow(options.gamma, IntervalsOver(options, tick));
    return Rates{optimizer.lr * factor, optimizer.momentum};
  };
}

SchedulerType ExponentialLrType() {
  return DecayType(
      {.name = "ExponentialLR",
       .summary = "multiplies the learning rate by gamma every decay_steps ticks, evenly",
       .formula = "lr * gamma ^ (tick / decay_steps), staircase: rounded down",
       .source = "; decay_steps and staircase: Keras, ExponentialDecay",
       .example = "{type: ExponentialLR, gamma: 0.9}"},
      ExponentialLrTable(), ExponentialLr, StaircaseSpans<ExponentialLrOptions>);
}

// ---- PolynomialLR

namespace {

const OptionTable<PolynomialLrOptions>& PolynomialLrTable() {
  static const OptionTable<PolynomialLrOptions> table = {
      {&PolynomialLrOptions::total_iters, TotalIters("ticks of the interval down to lr_end")},
      {&PolynomialLrOptions::power,
       {.name = "power", .range = AtLeast(0), .help = "1: a line; above: steeper first"}},
      {&PolynomialLrOptions::lr_end,
       {.name = "lr_end", .range = AtLeast(0), .help = "learning rate from total_iters on"}},
      {&PolynomialLrOptions::k_decay,
       {.name = "k_decay", .range = Above(0), .help = "above 1: stays high for longer"}},
  };
  return table;
}

std::vector<Span> PolynomialLrSpans(const PolynomialLrOptions& options) {
  if (options.power == 0) return {};
  return {{"total_iters", "the decay", 0, options.total_iters}};
}

}  // namespace

Schedule PolynomialLr(const PolynomialLrOptions& options, const Rates& optimizer) {
  PolynomialLrTable().RequireInRange(options);
  return [options, optimizer](int64_t tick) {
    if (options.total_iters == 0) return optimizer;
    const double done = static_cast<double>(std::min(options.total_iters, tick)) /
                        static_cast<double>(options.total_iters);
    const double factor = std::pow(1.0 - std::pow(done, options.k_decay), options.power);
    return Rates{options.lr_end + (optimizer.lr - options.lr_end) * factor, optimizer.momentum};
  };
}

SchedulerType PolynomialLrType() {
  return DecayType(
      {.name = "PolynomialLR",
       .summary = "falls to lr_end in total_iters ticks along a power of what is left",
       .formula = "lr_end + (lr - lr_end) * (1 - p ^ k_decay) ^ power\n"
                  "p: min(tick, total_iters) / total_iters\n"
                  "total_iters 0: lr for ever, as in PyTorch",
       .source = "; lr_end: Hugging Face transformers, "
                 "get_polynomial_decay_schedule_with_warmup;\n"
                 "k_decay: timm, PolyLRScheduler; arXiv:2004.05909",
       .example = "{type: PolynomialLR, total_iters: run, power: 2}"},
      PolynomialLrTable(),
      [](const PolynomialLrOptions& options, const ScheduleContext& context) {
        if (context.as_factor && options.lr_end != 0) {
          throw std::invalid_argument(
              "lr_end must be 0 in ChainedScheduler, which multiplies shares of the "
              "optimizer's rate");
        }
        return PolynomialLr(options, {context.lr, context.momentum});
      },
      PolynomialLrSpans);
}

}  // namespace lrsweep
