// What holds for every schedule, with random parameters (from a fixed seed).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

constexpr int kDraws = 200;  // of the parameters of each type
constexpr int64_t kRun = 60;

// Of t, T, epoch, lr, momentum, base and power; none is below 0 in a run.
const std::vector<std::string> kFormulas = {
    "lr * (1 - t / T) ^ power", "base", "max(0, cos(pi * t / T)) * lr",
    "t < 5 ? lr * t / 5 : lr / sqrt(1 + epoch)", "abs(sin(t * power)) * momentum"};

class Dice {
 public:
  int64_t Integer(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }
  double Real(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(engine_);
  }
  template <typename Option>
  const Option& OneOf(const std::vector<Option>& options) {
    return options[Integer(0, static_cast<int64_t>(options.size()) - 1)];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_{20240229};
};

Map RandomScheduler(const std::string& type, Dice& dice, int depth);

/// Increasing integers from at least `least`.
List Increasing(Dice& dice, int64_t least, int64_t count) {
  List list;
  for (int64_t i = 0; i < count; ++i) {
    least += dice.Integer(i == 0 ? 0 : 1, 20);
    list.emplace_back(least);
  }
  return list;
}

List RandomMembers(Dice& dice, bool as_factors, int64_t count, int depth) {
  std::vector<std::string> names;
  for (const SchedulerType& type : SchedulerTypes()) {
    if (!type.not_composable.empty() || (type.composed() && depth >= 2)) continue;
    if (type.chains_as_factor || !as_factors) names.push_back(type.name);
  }
  List list;
  for (int64_t i = 0; i < count; ++i) {
    list.emplace_back(RandomScheduler(dice.OneOf(names), dice, depth + 1));
  }
  return list;
}

Value RandomNumber(const Parameter& parameter, Dice& dice) {
  const double low = std::max(parameter.range.minimum, parameter.range.open_minimum ? 0.01 : 0.0);
  if (parameter.kind == Kind::kInteger) {
    if (parameter.counts_ticks && dice.Integer(0, 3) == 0) return "run";
    return dice.Integer(static_cast<int64_t>(low), 40);
  }
  return dice.Real(low, std::min(parameter.range.maximum, 1.0));
}

Value RandomValue(const Parameter& parameter, Dice& dice) {
  switch (parameter.kind) {
    case Kind::kBoolean:
      return dice.Integer(0, 1) == 1;
    case Kind::kChoice:
      return dice.OneOf(parameter.choices);
    case Kind::kIntegerList:
      return Increasing(dice, static_cast<int64_t>(parameter.range.minimum), dice.Integer(0, 4));
    case Kind::kPointList: {
      List points;
      for (const Value& tick : Increasing(dice, 0, dice.Integer(1, 5))) {
        points.emplace_back(List{tick, dice.Real(0, 1)});
      }
      return points;
    }
    case Kind::kRealList: {
      List rates;
      for (int64_t i = dice.Integer(1, 90); i > 0; --i) rates.emplace_back(dice.Real(0, 1));
      return rates;
    }
    case Kind::kNumberMap:
      return Map{{"base", dice.Real(0, 1)}, {"power", dice.Real(0, 3)}};
    default:
      return RandomNumber(parameter, dice);
  }
}

/// Puts what must not decrease into order.
void Order(Map& parameters, const std::string& low, const std::string& high) {
  if (parameters.count(low) == 0 || parameters.count(high) == 0) return;
  if (std::get<double>(parameters[low]) > std::get<double>(parameters[high])) {
    std::swap(parameters[low], parameters[high]);
  }
}

/// Parameters that `check` accepts, each drawn from its range.
Map RandomScheduler(const std::string& name, Dice& dice, int depth = 0) {
  const SchedulerType& type = *FindSchedulerType(name);
  Map parameters = {{"type", name}};
  for (const Parameter& parameter : type.parameters) {
    if (parameter.kind != Kind::kSchedulers) {
      parameters[parameter.name] = RandomValue(parameter, dice);
    }
  }
  Order(parameters, "base_lr", "max_lr");
  Order(parameters, "base_momentum", "max_momentum");
  Order(parameters, "start_lr", "end_lr");
  if (name == "WSD") {
    parameters["num_stable_steps"] = dice.Integer(0, 40);
    Order(parameters, "min_lr_ratio", "cooldown_start_lr_factor");
  }
  if (dice.Integer(0, 1) == 1) parameters.erase("eta_min_ratio");
  if (parameters.count("eta_min_ratio") > 0) parameters.erase("eta_min");
  if (name == "CosineWithHardRestarts") parameters["num_training_steps"] = dice.Integer(40, 90);
  if (depth > 0) parameters.erase("lr_end");  // it must be 0 in ChainedScheduler
  if (name == "Table") parameters.erase("file");
  if (name == "Formula") {
    parameters["lr"] = dice.OneOf(kFormulas);
    parameters["momentum"] = dice.Integer(0, 1) == 1 ? Value("min(1, base * momentum)") : Value();
  }
  if (name == "LRRangeTest") parameters["start_lr"] = 1e-5;
  if (name == "ReduceLROnPlateau") parameters["factor"] = 0.5;
  if (type.composed()) {
    const bool as_factors = name == "ChainedScheduler";
    const int64_t members = dice.Integer(1, 4);
    parameters["schedulers"] = RandomMembers(dice, as_factors, members, depth);
    if (!as_factors) parameters["milestones"] = Increasing(dice, 1, members - 1);
  }
  return parameters;
}

class PropertyTest : public testing::TestWithParam<std::string> {
 protected:
  /// Calls `hold` with kDraws random schedules of the type. Those whose `run` is too short
  /// for a member are drawn again.
  template <typename Hold>
  void ForRandomSchedules(const Hold& hold) {
    Dice dice;
    for (int draw = 0; draw < kDraws;) {
      const Map parameters = RandomScheduler(GetParam(), dice);
      SCOPED_TRACE(ToJson(Value(parameters)));
      Schedule schedule;
      try {
        schedule = BuildSchedule(parameters, {.lr = 0.5, .momentum = 0.9, .run_ticks = kRun});
      } catch (const std::invalid_argument& error) {
        ASSERT_NE(std::string(error.what()).find(": run: "), std::string::npos) << error.what();
        continue;
      }
      ++draw;
      hold(schedule, dice);
      if (HasFailure()) return;
    }
  }
};

TEST_P(PropertyTest, IsFiniteAndNotNegative) {
  ForRandomSchedules([](const Schedule& schedule, Dice&) {
    for (int64_t tick : {0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 59, 60, 61, 89, 144, 1000, 1'000'000}) {
      const Rates rates = schedule(tick);
      ASSERT_TRUE(std::isfinite(rates.lr) && std::isfinite(rates.momentum)) << tick;
      ASSERT_GE(rates.lr, 0) << tick;
      ASSERT_GE(rates.momentum, 0) << tick;
      ASSERT_LE(rates.momentum, 1) << tick;
    }
  });
}

TEST_P(PropertyTest, ResumesAtAnyStep) {
  ForRandomSchedules([](const Schedule& schedule, Dice& dice) {
    std::vector<Rates> in_order;
    for (int64_t tick = 0; tick < 100; ++tick) in_order.push_back(schedule(tick));
    std::vector<int64_t> ticks(in_order.size());
    std::iota(ticks.begin(), ticks.end(), 0);
    std::shuffle(ticks.begin(), ticks.end(), dice.engine());
    for (const int64_t tick : ticks) {
      ASSERT_EQ(schedule(tick).lr, in_order[tick].lr) << tick;
      ASSERT_EQ(schedule(tick).momentum, in_order[tick].momentum) << tick;
    }
  });
}

std::vector<std::string> AllTypes() {
  std::vector<std::string> names;
  for (const SchedulerType& type : SchedulerTypes()) names.push_back(type.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Schedules, PropertyTest, testing::ValuesIn(AllTypes()),
                         [](const auto& tested) { return tested.param; });

/// The largest difference between neighbours in the first `ticks` ticks.
double LargestStep(const Schedule& schedule, int64_t ticks) {
  double largest = 0;
  for (int64_t tick = 1; tick < ticks; ++tick) {
    largest = std::max(largest, std::abs(schedule(tick).lr - schedule(tick - 1).lr));
  }
  return largest;
}

/// A steep half cosine or line over `ticks` moves by no more than this in a tick.
double SteepestOver(double height, double ticks) { return height * std::acos(-1) / 2 / ticks; }

TEST(ContinuityTest, ContinuousSchedulesMoveInSmallSteps) {
  Dice dice;
  for (int draw = 0; draw < kDraws; ++draw) {
    const int64_t n = dice.Integer(100, 1000);
    const double high = dice.Real(0.1, 1);
    const double low = dice.Real(0, 0.1);
    const ScheduleContext context = {.lr = high, .momentum = 0.9, .run_ticks = n};
    const std::vector<Map> continuous = {
        {{"type", "LinearLR"}, {"total_iters", n}, {"end_factor", 0.1}},
        {{"type", "PolynomialLR"}, {"total_iters", n}, {"power", 1.5}},
        {{"type", "CosineAnnealingLR"}, {"T_max", n}, {"eta_min", low}},
        {{"type", "CyclicLR"}, {"base_lr", low}, {"max_lr", high}, {"step_size_up", n}},
        {{"type", "OneCycleLR"}, {"max_lr", high}, {"total_steps", 4 * n}, {"pct_start", 0.3}},
        {{"type", "WSD"}, {"num_warmup_steps", n}, {"num_stable_steps", n}, {"num_decay_steps", n}},
        {{"type", "InverseSqrt"}, {"num_warmup_steps", n}},
        {{"type", "PiecewiseLinear"},
         {"milestones_values", List{List{0, low}, List{n, high}, List{2 * n, 0.0}}}}};
    for (const Map& parameters : continuous) {
      SCOPED_TRACE(ToJson(Value(parameters)));
      EXPECT_LE(LargestStep(BuildSchedule(parameters, context), 5 * n),
                1.01 * SteepestOver(high, static_cast<double>(n)));
    }
  }
}

TEST(PeriodicityTest, PeriodicSchedulesComeBack) {
  Dice dice;
  for (int draw = 0; draw < kDraws; ++draw) {
    const int64_t n = dice.Integer(1, 50);
    const int64_t m = dice.Integer(1, 50);
    const double low = dice.Real(0, 0.1);
    const ScheduleContext context = {.lr = 0.5, .momentum = 0.9, .run_ticks = 100};
    const std::vector<std::pair<Map, int64_t>> periodic = {
        {{{"type", "CosineAnnealingLR"}, {"T_max", n}, {"eta_min", low}}, 2 * n},
        {{{"type", "CosineAnnealingWarmRestarts"}, {"T_0", n}, {"eta_min", low}}, n},
        {{{"type", "CyclicLR"},
          {"base_lr", low},
          {"max_lr", 0.5},
          {"step_size_up", n},
          {"step_size_down", m}},
         n + m}};
    for (const auto& [parameters, period] : periodic) {
      SCOPED_TRACE(ToJson(Value(parameters)));
      const Schedule schedule = BuildSchedule(parameters, context);
      for (int64_t tick = 0; tick < 2 * period; ++tick) {
        EXPECT_NEAR(schedule(tick + period).lr, schedule(tick).lr, 1e-12);
        EXPECT_NEAR(schedule(tick + 7 * period).momentum, schedule(tick).momentum, 1e-12);
      }
    }
  }
}

}  // namespace
}  // namespace lrsweep
