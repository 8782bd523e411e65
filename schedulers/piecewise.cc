#include "schedulers/piecewise.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "schedulers/scheduler_type.h"

namespace lrsweep {

template <>
struct MemberType<std::vector<SchedulePoint>> {
  static constexpr Kind kKind = Kind::kPointList;
  static Value ToValue(const std::vector<SchedulePoint>& points) {
    List list;
    for (const SchedulePoint& point : points) list.emplace_back(List{point.tick, point.lr});
    return list;
  }
  static std::vector<SchedulePoint> FromValue(const Value& value) {
    std::vector<SchedulePoint> points;
    for (const Value& element : MemberType<List>::FromValue(value)) {
      const List pair = MemberType<List>::FromValue(element);
      points.push_back(
          {MemberType<int64_t>::FromValue(pair.at(0)), MemberType<double>::FromValue(pair.at(1))});
    }
    return points;
  }
};

namespace {

Parameter MilestonesValues() {
  return {.name = "milestones_values",
          .range = AtLeast(0),
          .counts_ticks = true,
          .help = "points [tick of the interval, learning rate], ticks increasing"};
}

const OptionTable<PiecewiseLinearOptions>& LinearTable() {
  static const OptionTable<PiecewiseLinearOptions> table = {
      {&PiecewiseLinearOptions::milestones_values, kRequired, MilestonesValues()}};
  return table;
}

const OptionTable<PiecewiseConstantOptions>& ConstantTable() {
  static const OptionTable<PiecewiseConstantOptions> table = {
      {&PiecewiseConstantOptions::milestones_values, kRequired, MilestonesValues()}};
  return table;
}

std::vector<Span> LinearSpans(const PiecewiseLinearOptions& options) {
  std::vector<Span> spans;
  int64_t last = 0;
  for (const SchedulePoint& point : options.milestones_values) {
    spans.push_back({"milestones_values", "the line to the point", last, point.tick});
    last = point.tick;
  }
  return spans;
}

std::vector<Span> ConstantSpans(const PiecewiseConstantOptions& options) {
  std::vector<Span> spans;
  for (const SchedulePoint& point : options.milestones_values) {
    spans.push_back({"milestones_values", "the rate of the point", point.tick, point.tick});
  }
  return spans;
}

template <typename Options>
std::vector<std::string> Overrides(const Options&) {
  return {"optimizer.lr"};
}

void RequirePoints(const std::vector<SchedulePoint>& points) {
  if (points.empty()) throw std::invalid_argument("milestones_values needs at least one point");
  std::vector<int64_t> ticks;
  for (const SchedulePoint& point : points) ticks.push_back(point.tick);
  RequireIncreasing("milestones_values: ticks", ticks);
}

/// The first point whose tick is above `tick`.
std::vector<SchedulePoint>::const_iterator PointAfter(const std::vector<SchedulePoint>& points,
                                                      int64_t tick) {
  return std::upper_bound(
      points.begin(), points.end(), tick,
      [](int64_t wanted, const SchedulePoint& point) { return wanted < point.tick; });
}

}  // namespace

Schedule PiecewiseLinear(const PiecewiseLinearOptions& options, double momentum) {
  LinearTable().RequireInRange(options);
  RequirePoints(options.milestones_values);
  return [points = options.milestones_values, momentum](int64_t tick) {
    const auto next = PointAfter(points, tick);
    if (next == points.begin()) return Rates{points.front().lr, momentum};
    if (next == points.end()) return Rates{points.back().lr, momentum};
    const SchedulePoint& last = *std::prev(next);
    const double lr = last.lr + (next->lr - last.lr) * static_cast<double>(tick - last.tick) /
                                    static_cast<double>(next->tick - last.tick);
    return Rates{lr, momentum};
  };
}

SchedulerType PiecewiseLinearType() {
  return FromTable<PiecewiseLinearOptions>(
      {.name = "PiecewiseLinear",
       .summary = "straight lines between points of a table",
       .formula = "a line from point to point; the first and the last rate outside of them",
       .source = "PyTorch-Ignite, ignite.handlers.PiecewiseLinear",
       .example =
           "{type: PiecewiseLinear, milestones_values: [[0, 0.01], [25%, 0.1], [run, 0.001]]}",
       .default_interval = "epoch",
       .rises_on_purpose = true,
       .spans = SpansFrom(LinearTable(), LinearSpans)},
      LinearTable(), PiecewiseLinear, Overrides<PiecewiseLinearOptions>);
}

Schedule PiecewiseConstant(const PiecewiseConstantOptions& options, double momentum) {
  ConstantTable().RequireInRange(options);
  RequirePoints(options.milestones_values);
  return [points = options.milestones_values, momentum](int64_t tick) {
    const auto next = PointAfter(points, tick);
    const SchedulePoint& last = next == points.begin() ? *next : *std::prev(next);
    return Rates{last.lr, momentum};
  };
}

SchedulerType PiecewiseConstantType() {
  return FromTable<PiecewiseConstantOptions>(
      {.name = "PiecewiseConstant",
       .summary = "the rates of a list, each from its tick on",
       .formula =
           "the rate of the last point whose tick is reached; before the first point its rate",
       .source = "Keras, PiecewiseConstantDecay, whose boundary b is the point at b + 1 here",
       .example =
           "{type: PiecewiseConstant, milestones_values: [[0, 0.1], [50%, 0.02], [75%, 0.001]]}",
       .default_interval = "epoch",
       .rises_on_purpose = true,
       .spans = SpansFrom(ConstantTable(), ConstantSpans),
       .asks_for_constant = [](const Map&) { return true; }},
      ConstantTable(), PiecewiseConstant, Overrides<PiecewiseConstantOptions>);
}

}  // namespace lrsweep
