#include "sweep/commands/preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "params/text.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/config/trial_text.h"
#include "sweep/data/sweep_data.h"
#include "sweep/search/trial_shape.h"
#include "views/charts/line_chart.h"
#include "views/terminal/braille_chart.h"

namespace lrsweep {
namespace {

struct PreviewArguments {
  ConfigArguments config;
  bool csv = false;
  std::string svg;    // the file to write; empty: none
  size_t limit = 20;  // charts in the terminal; 0: all
};

int Preview(const PreviewArguments& arguments) {
  SweepConfig config = arguments.config.Load();
  NameByContent(config);
  const SearchSpace space(std::move(config));
  if (!arguments.svg.empty()) {
    WriteFile(arguments.svg, PreviewSvg(space));
  } else if (arguments.csv) {
    PreviewCsv(space, [](const std::string& text) { return PrintResult(text) == kAllEndedWell; });
  } else {
    PrintResult(PreviewText(space, arguments.limit));
  }
  return kAllEndedWell;
}

constexpr int kChartColumns = 64;
constexpr int kChartRows = 6;
constexpr size_t kMostNotable = 8;
constexpr double kJump = 0.05;  // share of the range, from one step to the next
// A trial with more steps is sampled at every n-th: a chart has only a few hundred dots.
constexpr int64_t kMostValues = 1'000'000;

/// Trials with the same rates at every step.
struct SharedSchedule {
  Trial trial;  // the first of them
  size_t trials = 0;
  TrialSchedule schedule;
  int64_t stride = 1;      // steps from one value to the next
  std::vector<double> lr;  // at step 0, stride, 2 * stride, ...
};

SharedSchedule Share(Trial trial, int64_t images) {
  TrialSchedule schedule = ScheduleOf(trial, images);
  const int64_t steps = schedule.clock().TotalSteps();
  const int64_t stride = (steps + kMostValues - 1) / kMostValues;
  return {std::move(trial), 0, std::move(schedule), stride, {}};
}

void FillIn(SharedSchedule& shared) {
  for (int64_t step = 0; step < shared.schedule.clock().TotalSteps(); step += shared.stride) {
    shared.lr.push_back(shared.schedule.At(step).lr);
  }
}

std::vector<SharedSchedule> SharedSchedules(const SearchSpace& space, size_t limit) {
  const int64_t images = ImagesPerEpoch(space.config());
  std::vector<SharedSchedule> shared;
  std::map<std::string, size_t> by_key;
  for (size_t i = 0; i < space.size(); ++i) {
    Trial trial = space.At(i);
    const auto [found, added] = by_key.emplace(ScheduleKey(trial), shared.size());
    if (added) {
      shared.push_back(Share(std::move(trial), images));
      if (limit == 0 || shared.size() <= limit) FillIn(shared.back());
    }
    ++shared[found->second].trials;
  }
  return shared;
}

/// The scheduler's parameters, and the optimizer's rate unless the schedule overrides it.
std::string Label(const SharedSchedule& shared) {
  std::string label = SchedulerText(shared.trial);
  if (const Value* lr = Find(shared.trial.params, "optimizer.lr")) label += " lr=" + ToJson(*lr);
  if (!shared.schedule.metric().empty()) {
    label += " (follows " + shared.schedule.metric() + ": drawn as its initial rate)";
  }
  return label;
}

/// Whether the rate changes abruptly between two values: by more than kJump of the range, or by a
/// factor of two or more.
bool IsJump(double from, double to, double range) {
  return std::abs(to - from) > kJump * range || 2 * std::min(from, to) <= std::max(from, to);
}

/// Indices in `lr` that are worth naming: the first, the last, each level at which a rise or a fall
/// turns (where the level is reached), and each jump, unless there are so many that the curve is a
/// staircase.
std::vector<size_t> NotablePlaces(const std::vector<double>& lr) {
  const auto [low, high] = std::minmax_element(lr.begin(), lr.end());
  std::vector<size_t> turns = {0};
  std::vector<size_t> all = {0};
  const auto add = [](size_t place, std::vector<size_t>& places) {
    if (places.back() < place) places.push_back(place);
  };
  size_t level = 0;  // the index at which the current value was reached
  double direction = 0;
  for (size_t i = 1; i < lr.size(); ++i) {
    const double change = lr[i] - lr[i - 1];
    if (change == 0) continue;
    if (direction * change < 0) {
      add(level, turns);
      add(level, all);
    }
    if (IsJump(lr[i - 1], lr[i], *high - *low)) add(i, all);
    direction = change;
    level = i;
  }
  std::vector<size_t>& places = all.size() <= kMostNotable ? all : turns;
  add(lr.size() - 1, places);
  return places;
}

std::string NotableText(const SharedSchedule& shared) {
  const std::vector<size_t> places = NotablePlaces(shared.lr);
  std::string text;
  const auto append = [&](size_t i) {
    const int64_t step = static_cast<int64_t>(i) * shared.stride;
    const int64_t epoch = step / shared.schedule.clock().steps_per_epoch + 1;
    text += fmt::format("{}{:.4g} at ", text.empty() ? "" : ", ", shared.lr[i]);
    text += HasSteps(shared.trial) ? fmt::format("step {} (epoch {})", step, epoch)
                                   : fmt::format("epoch {}", epoch);
  };
  const bool all = places.size() <= kMostNotable;
  const size_t shown = all ? places.size() : kMostNotable - 1;
  for (size_t i = 0; i < shown; ++i) append(places[i]);
  if (!all) {
    text += fmt::format(", ... {} more", places.size() - shown - 1);
    append(places.back());
  }
  return text;
}

std::string ChartText(const SharedSchedule& shared) {
  const auto [low, high] = std::minmax_element(shared.lr.begin(), shared.lr.end());
  std::string text = fmt::format("{}\n  {}, {}", Label(shared), Counted(shared.trials, "trial"),
                                 Counted(shared.schedule.clock().epochs, "epoch"));
  if (HasSteps(shared.trial)) {
    text += " of " + Counted(shared.schedule.clock().steps_per_epoch, "step");
  }
  text += "\n";
  const std::string chart = DrawText(shared.lr, kChartColumns, kChartRows);
  size_t first = 0;
  for (int row = 0; row < kChartRows; ++row) {
    const size_t end = chart.find('\n', first);
    std::string mark;
    if (row == 0) mark = fmt::format("{:.4g}", *high);
    if (row == kChartRows - 1) mark = fmt::format("{:.4g}", *low);
    text += fmt::format("{:>10} {}\n", mark, chart.substr(first, end - first));
    first = end + 1;
  }
  return text + "  " + NotableText(shared) + "\n";
}

}  // namespace

std::string PreviewText(const SearchSpace& space, size_t limit) {
  const auto shared = SharedSchedules(space, limit);
  std::string text =
      fmt::format("{}: {}\n", space.config().name, Counted(shared.size(), "schedule"));
  const size_t shown = limit == 0 ? shared.size() : std::min(limit, shared.size());
  for (size_t i = 0; i < shown; ++i) text += "\n" + ChartText(shared[i]);
  if (shown < shared.size()) {
    text += fmt::format("\n... and {} more (--limit 0 draws all)\n", shared.size() - shown);
  }
  return text;
}

void PreviewCsv(const SearchSpace& space, const std::function<bool(const std::string&)>& write) {
  const int64_t images = ImagesPerEpoch(space.config());
  if (!write("trial_id,scheduler,step,epoch,lr,momentum\n")) return;
  for (size_t i = 0; i < space.size(); ++i) {
    const Trial trial = space.At(i);
    const TrialSchedule schedule = ScheduleOf(trial, images);
    for (int64_t epoch = 1; epoch <= schedule.clock().epochs; ++epoch) {
      std::string lines;
      for (int64_t in_epoch = 0; in_epoch < schedule.clock().steps_per_epoch; ++in_epoch) {
        const int64_t step = (epoch - 1) * schedule.clock().steps_per_epoch + in_epoch;
        const Rates rates = schedule.At(step);
        lines += fmt::format("{},{},{},{},{},{}\n", trial.id, trial.scheduler, step, epoch,
                             ShortestReal(rates.lr), ShortestReal(rates.momentum));
      }
      if (!write(lines)) return;
    }
  }
}

std::string PreviewSvg(const SearchSpace& space) {
  const auto shared = SharedSchedules(space, 0);
  LineChart chart{.title = space.config().name,
                  .subtitle = Counted(shared.size(), "schedule"),
                  .x = {.label = "epoch"},
                  .y = {.label = "learning rate", .low = 0}};
  for (const SharedSchedule& one : shared) {
    const auto steps_per_epoch = static_cast<double>(one.schedule.clock().steps_per_epoch);
    ChartSeries& series = chart.series.emplace_back();
    series.label = Label(one);
    for (size_t i = 0; i < one.lr.size(); ++i) {
      const auto step = static_cast<double>(static_cast<int64_t>(i) * one.stride);
      series.points.push_back({step / steps_per_epoch, one.lr[i]});
    }
  }
  return DrawSvg(chart);
}

Subcommand PreviewCommand() {
  const auto arguments = std::make_shared<PreviewArguments>();
  return {.name = "preview",
          .help = "Draw the schedules of a configuration",
          .options = Join(arguments->config.Options(),
                          {{.name = "--csv",
                            .target = &arguments->csv,
                            .help = "print the rates of every step of every trial"},
                           {.name = "--svg",
                            .target = &arguments->svg,
                            .help = "write one chart of all schedules to a file",
                            .value_name = "FILE",
                            .excludes = "--csv",
                            .kind = ValueKind::kFile},
                           {.name = "--limit",
                            .target = &arguments->limit,
                            .help = "charts in the terminal; 0 draws all",
                            .range = Range{.minimum = 0},
                            .shows_default = true}}),
          .run = [arguments](const CommandContext&) { return Preview(*arguments); }};
}

}  // namespace lrsweep
