#include "sweep/search/schedule_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "params/find_by_name.h"
#include "params/text.h"
#include "schedulers/catalog.h"
#include "schedulers/compose.h"
#include "sweep/search/rate_samples.h"
#include "sweep/search/trial_shape.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

constexpr double kMostRise = 10;         // times the optimizer's rate
constexpr double kNegligible = 1e-6;     // of the highest rate: nothing is learned at it
constexpr double kMostNegligible = 0.2;  // of the run

/// A schedule, or a member of one, with the ticks that it has.
struct Part {
  const Map& scheduler;
  std::string path;       // "schedulers.1"; empty for the whole schedule
  int64_t run_ticks = 0;  // what "run" is to it
  int64_t ticks = 0;      // how many of these the trial lasts
};

const int64_t* Integer(const Map& scheduler, const std::string& name) {
  const Value* value = Find(scheduler, name);
  return value != nullptr ? value->As<int64_t>() : nullptr;
}

double Real(const Map& scheduler, const std::string& name, double otherwise) {
  const Value* value = Find(scheduler, name);
  const auto* real = value != nullptr ? value->As<double>() : nullptr;
  return real != nullptr ? *real : otherwise;
}

/// The largest number of ticks in a value; shares count for nothing.
double LargestTick(const Value& value) {
  if (const auto* integer = value.As<int64_t>()) return static_cast<double>(*integer);
  if (const auto* real = value.As<double>()) return *real;
  double largest = 0;
  if (const auto* list = value.As<List>()) {
    for (const Value& element : *list) {
      const List* point = element.As<List>();
      const bool is_point = point != nullptr && !point->empty();
      largest = std::max(largest, LargestTick(is_point ? point->front() : element));
    }
  }
  return largest;
}

/// The value of a parameter that counts ticks, if it is a number that someone chose: not the
/// default, which may be written or not, and no share.
std::optional<double> ChosenTicks(const SchedulerType& type, const Map& scheduler,
                                  const std::string& name) {
  const Parameter* parameter = FindByName(type.parameters, name);
  const Value* value = Find(scheduler, name);
  if (parameter == nullptr || value == nullptr || parameter->default_value == *value) {
    return std::nullopt;
  }
  const double ticks = LargestTick(*value);
  return ticks > 0 ? std::optional(ticks) : std::nullopt;
}

/// Whether a few steps of this parameter make no sense in a run of thousands: a decay or a cycle,
/// while a warm-up may be as short as one likes.
bool NeedsManySteps(const SchedulerType& type, const Map& scheduler, const std::string& name) {
  if (name == "milestones") return type.name == "MultiStepLR";
  if (name == "total_iters") {
    return type.name == "PolynomialLR" || type.name == "REX" ||
           (type.name == "LinearLR" &&
            Real(scheduler, "end_factor", 1) < Real(scheduler, "start_factor", 1));
  }
  for (const char* known :
       {"step_size", "T_0", "T_max", "step_size_up", "step_size_down", "total_steps",
        "num_training_steps", "num_decay_steps", "milestones_values"}) {
    if (name == known) return true;
  }
  return false;
}

/// Whether the parameters ask for a constant rate in so many words.
bool AsksForConstant(const Map& scheduler) {
  const auto& asks_for_constant = TypeOf(scheduler).asks_for_constant;
  if (asks_for_constant && asks_for_constant(scheduler)) return true;
  const std::string& type = TypeOf(scheduler).name;
  if (type == "ConstantLR") return true;
  if (type == "ExponentialLR") return Real(scheduler, "gamma", 0) == 1;
  if (type == "PolynomialLR") return Real(scheduler, "power", 1) == 0;
  if (type == "LinearLR") {
    return Real(scheduler, "start_factor", 0) == Real(scheduler, "end_factor", 1);
  }
  if (type == "MultiStepLR") {
    const Value* milestones = Find(scheduler, "milestones");
    return milestones != nullptr && *milestones == Value(List());
  }
  if (type == "PiecewiseLinear") return true;  // a table is what it says
  const auto members = MembersOf(scheduler, kLongerThanAnyRun);
  return !members.empty() && std::all_of(members.begin(), members.end(), [](const auto& member) {
    return AsksForConstant(*member.scheduler);
  });
}

bool RisesOnPurpose(const Map& scheduler) {
  if (TypeOf(scheduler).rises_on_purpose) return true;
  const auto members = MembersOf(scheduler, kLongerThanAnyRun);
  return std::any_of(members.begin(), members.end(),
                     [](const auto& member) { return RisesOnPurpose(*member.scheduler); });
}

/// Examines one schedule on its trial's clock.
class Linter {
 public:
  Linter(const Trial& trial, int64_t images, const MetricTable& metrics)
      : trial_(trial),
        metrics_(metrics),
        scheduler_(std::get<Map>(trial.params.at("scheduler"))),
        schedule_(ScheduleOf(trial, images)),
        clock_(schedule_.clock()),
        unit_(schedule_.per_step() ? "step" : "epoch") {}

  std::vector<ScheduleFinding> Findings() {
    if (schedule_.warmup_steps() >= clock_.TotalSteps()) {
      Add(fmt::format(
          "the warm-up of {} does not end within the run of {}: the schedule never begins",
          Counted(schedule_.warmup_steps(), "step"), Counted(clock_.TotalSteps(), "step")));
      return std::move(findings_);
    }
    Examine({scheduler_, "", schedule_.run_ticks(), schedule_.run_ticks()});
    if (schedule_.metric().empty()) {
      ExamineRates();
    } else {
      ExaminePlateau();
    }
    return std::move(findings_);
  }

 private:
  std::string Ticks(int64_t number) const { return Counted(number, unit_); }

  void Add(const std::string& text) { findings_.push_back({text, text}); }
  void Add(const std::string& text, const std::string& key) { findings_.push_back({text, key}); }

  /// Adds findings on the ticks of this part, then of its members.
  void Examine(const Part& part) {
    const SchedulerType& type = TypeOf(part.scheduler);
    const size_t before = findings_.size();
    AddWrongUnit(type, part);
    AddTableOfEpochs(part);
    if (findings_.size() == before) AddOutOfReach(type, part);
    if (findings_.size() == before) AddWrongHorizon(type, part);
    if (findings_.size() == before) AddCutCycle(type, part);
    AddRisingDecay(part);
    for (const MemberRun& member : MembersOf(part.scheduler, part.run_ticks)) {
      const int64_t ticks = std::min(member.begin + member.run_ticks, part.ticks) - member.begin;
      if (ticks < 1) continue;
      const std::string path = part.path.empty() ? member.path : part.path + "." + member.path;
      Examine({*member.scheduler, path, member.run_ticks, ticks});
    }
  }

  /// "T_max", or "schedulers.1.T_max" of a member.
  static std::string NameIn(const Part& part, const std::string& parameter) {
    return part.path.empty() ? parameter : part.path + "." + parameter;
  }
  /// "the run has 20 epochs", or "its part of the run has 15 epochs".
  std::string Has(const Part& part) const {
    return (part.path.empty() ? "the run has " : "its part of the run has ") + Ticks(part.ticks);
  }

  /// Numbers of ticks that make sense in the other unit only.
  void AddWrongUnit(const SchedulerType& type, const Part& part) {
    for (const Parameter& parameter : type.parameters) {
      const auto ticks =
          parameter.counts_ticks ? ChosenTicks(type, part.scheduler, parameter.name) : std::nullopt;
      if (!ticks) continue;
      const std::string name = NameIn(part, parameter.name);
      const auto epochs = static_cast<double>(clock_.epochs);
      const auto steps = static_cast<double>(clock_.TotalSteps());
      if (!schedule_.per_step() && *ticks > 3 * epochs && *ticks <= steps &&
          *ticks >= static_cast<double>(clock_.steps_per_epoch)) {
        return Add(
            fmt::format("{} is {:g}, which looks like optimizer steps, but counts epochs "
                        "(interval: step counts steps)",
                        name, *ticks));
      }
      if (schedule_.per_step() && *ticks >= 2 && *ticks <= epochs &&
          clock_.steps_per_epoch >= 10 * clock_.epochs &&
          NeedsManySteps(type, part.scheduler, parameter.name)) {
        return Add(
            fmt::format("{} is {:g}, which looks like epochs, but counts optimizer steps "
                        "(interval: epoch counts epochs)",
                        name, *ticks));
      }
    }
  }

  /// A table of epochs where steps are counted.
  void AddTableOfEpochs(const Part& part) {
    const Value* rates = Find(part.scheduler, "rates");
    const List* list = rates != nullptr ? rates->As<List>() : nullptr;
    if (list == nullptr || !schedule_.per_step() || clock_.steps_per_epoch < 2) return;
    const auto count = static_cast<int64_t>(list->size());
    if (count < 2 || count > clock_.epochs) return;
    Add(fmt::format("{} has {}, which looks like epochs, but {} (interval: epoch counts epochs)",
                    NameIn(part, "rates"), Counted(count, "rate"), Has(part)));
  }

  /// What a run may fall short of without harm: a tick, or one in a hundred.
  static int64_t Tolerance(int64_t ticks) { return std::max<int64_t>(1, ticks / 100); }

  void AddOutOfReach(const SchedulerType& type, const Part& part) {
    if (!type.spans) return;
    std::vector<std::string> milestones;
    for (const Span& span : type.spans(CoerceParameters(type, part.scheduler), part.run_ticks)) {
      const bool is_event = span.begin == span.end;
      if (is_event && span.parameter == "milestones" && !type.composed()) {
        if (IsNever(span, part)) milestones.push_back(std::to_string(span.begin));
      } else if (const std::string text = OutOfReach(type, part, span); !text.empty()) {
        Add(text, NameIn(part, span.parameter) + span.what);
      }
    }
    if (milestones.empty()) return;
    Add(fmt::format("{}: {} {} never reached, since {}", NameIn(part, "milestones"),
                    Join(milestones), milestones.size() == 1 ? "is" : "are", Has(part)));
  }

  static bool IsNever(const Span& span, const Part& part) {
    return span.begin >= part.ticks && span.begin > 0;
  }

  /// What the part does not reach of the span, or cuts off; empty if nothing.
  std::string OutOfReach(const SchedulerType& type, const Part& part, const Span& span) const {
    const std::string name = NameIn(part, span.parameter);
    if (IsNever(span, part) && span.begin == span.end) {
      return fmt::format("{} is {}: {} {}, since {}", name, span.begin, span.what,
                         type.composed() ? "never begins" : "is never reached", Has(part));
    }
    if (IsNever(span, part)) {
      return fmt::format("{} never begins: it would after {}, but {}", span.what, Ticks(span.begin),
                         Has(part));
    }
    const bool is_cut = span.end > part.ticks + Tolerance(part.ticks) &&
                        span.parameter != type.horizon &&
                        ChosenTicks(type, part.scheduler, span.parameter);
    if (!is_cut) return "";
    return fmt::format("{}: {} is cut off after {} of its {}", name, span.what,
                       part.ticks - span.begin, Ticks(span.end - span.begin));
  }

  static std::string Join(const std::vector<std::string>& words) {
    std::string text;
    for (size_t i = 0; i < words.size(); ++i) {
      text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    }
    return text;
  }

  void AddWrongHorizon(const SchedulerType& type, const Part& part) {
    if (type.horizon.empty()) return;
    const int64_t* written = Integer(part.scheduler, type.horizon);
    if (written == nullptr || HasStableSteps(part.scheduler)) return;
    if (std::abs(*written - part.ticks) <= Tolerance(part.ticks)) return;
    if (type.name == "CosineAnnealingLR" && EndsAtItsBottom(*written, part.ticks)) return;
    Add(fmt::format("{} is {}, but {} ({}: run follows it)", NameIn(part, type.horizon), *written,
                    Has(part), type.horizon));
  }

  static bool HasStableSteps(const Map& scheduler) {
    const Value* stable = Find(scheduler, "num_stable_steps");
    return stable != nullptr && !stable->IsNull();
  }

  /// Whether the last of several half cosines of `half` ticks has just come down.
  static bool EndsAtItsBottom(int64_t half, int64_t ticks) {
    if (half >= ticks) return false;
    const int64_t place = ticks % (2 * half);
    return std::abs(place - half) <= Tolerance(half);
  }

  /// Warm restarts whose last cycle is cut off before its middle, at a high rate.
  void AddCutCycle(const SchedulerType& type, const Part& part) {
    if (type.name != "CosineAnnealingWarmRestarts") return;
    const auto parameters = CoerceParameters(type, part.scheduler);
    int64_t begin = 0;
    int64_t length = type.spans(parameters, part.run_ticks).front().end;
    const int64_t* written = Integer(part.scheduler, "T_mult");
    const int64_t longer = written != nullptr ? *written : 1;
    const int64_t* limit = Integer(part.scheduler, "cycle_limit");
    for (int64_t cycles = 1; length <= part.ticks - begin; ++cycles) {
      if (limit != nullptr && cycles >= *limit) return;
      begin += length;
      length = longer > kLongerThanAnyRun / length ? kLongerThanAnyRun : length * longer;
    }
    const int64_t done = part.ticks - begin;
    if (begin == 0 || done <= Tolerance(part.ticks) || 2 * done >= length) return;
    Add(
        fmt::format("the last cycle is cut off after {} of its {}, at a high rate: {} ends between "
                    "two restarts after {} or {}",
                    done, Ticks(length), part.path.empty() ? "the schedule" : part.path, begin,
                    Ticks(begin + length)));
  }

  void AddRisingDecay(const Part& part) {
    const Value* lr = Find(trial_.params, "optimizer.lr");
    if (lr == nullptr) return;
    for (const char* name : {"eta_min", "lr_end"}) {
      const double lowest = Real(part.scheduler, name, 0);
      if (lowest <= std::get<double>(*lr)) continue;
      Add(fmt::format("{} {:g} is above the optimizer's rate {:g}: the rate rises",
                      NameIn(part, name), lowest, std::get<double>(*lr)),
          NameIn(part, name) + " is above");
    }
  }

  void ExamineRates() {
    const std::vector<int64_t> steps = TellingSteps(trial_, schedule_);
    std::vector<double> rates;
    rates.reserve(steps.size());
    for (const int64_t step : steps) rates.push_back(schedule_.At(step).lr);
    const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
    if (findings_.empty() && clock_.TotalSteps() > 1 && *low == *high &&
        !AsksForConstant(scheduler_)) {
      const std::string key = "the rate never moves: it stays";
      Add(fmt::format("{} {:g} for the {} of the run", key, *low, Ticks(schedule_.run_ticks())),
          key);
    }
    if (findings_.empty()) AddNegligible(steps, rates, *high);
    AddRise(*high);
  }

  /// A rate of zero, or next to it, up to the end.
  void AddNegligible(const std::vector<int64_t>& steps, const std::vector<double>& rates,
                     double highest) {
    const auto share_below = [&](double least) {
      size_t first = rates.size();
      while (first > 0 && rates[first - 1] <= least) --first;
      if (first == rates.size()) return 0.0;
      const int64_t total = clock_.TotalSteps();
      return static_cast<double>(total - steps[first]) / static_cast<double>(total);
    };
    const int64_t per_tick = schedule_.per_step() ? 1 : clock_.steps_per_epoch;
    const double one_tick =
        static_cast<double>(per_tick) / static_cast<double>(clock_.TotalSteps());
    const double zero = share_below(0);
    const double negligible = share_below(kNegligible * highest);
    if (zero > std::max(0.01, 1.5 * one_tick)) {
      Add(fmt::format("the rate is zero for the last {:.0f}% of the run", 100 * zero));
    } else if (negligible >= kMostNegligible) {
      Add(fmt::format(
          "the rate is below a millionth of its highest for the last {:.0f}% of the run",
          100 * negligible));
    }
  }

  void AddRise(double highest) {
    const Value* lr = Find(trial_.params, "optimizer.lr");
    if (RisesOnPurpose(scheduler_) || lr == nullptr) return;
    const double base = std::get<double>(*lr);
    if (highest <= kMostRise * base * (1 + 1e-9)) return;
    Add(fmt::format("the rate rises to {:g}, {:.0f} times the optimizer's", highest,
                    highest / base),
        fmt::format("the rate rises {:.0f} times", highest / base));
  }

  void ExaminePlateau() {
    ScheduleContext context;
    context.lr = schedule_.At(0).lr;
    context.run_ticks = schedule_.run_ticks();
    const auto plateau = BuildPlateau(scheduler_, context);
    if (!plateau) return;
    const PlateauOptions& options = plateau->options();
    AddDirection(options);
    const double lr = plateau->lr();
    if (options.min_lr >= lr) {
      Add(fmt::format("min_lr {:g} is not below the rate {:g}: it can never be reduced",
                      options.min_lr, lr),
          "min_lr is not below");
    } else if (options.patience > schedule_.run_ticks() - 3) {
      // The first epoch sets the best, patience + 1 bad ones follow, and then one must be left.
      Add(
          fmt::format("with patience {} it can act after {} at the earliest, and change the rate "
                      "only then, but the run has {}",
                      options.patience, Ticks(AtMostAnyRun(options.patience) + 2),
                      Ticks(schedule_.run_ticks())));
    } else if (lr - std::max(lr * options.factor, options.min_lr) <= options.eps) {
      Add(fmt::format("eps {:g} is more than any reduction of the rate {:g}: it can never be "
                      "reduced",
                      options.eps, lr),
          "eps is more than any reduction");
    }
  }

  void AddDirection(const PlateauOptions& options) {
    const std::string natural = NaturalMode(options.metric, metrics_);
    const std::string mode = options.mode == PlateauMode::kMin ? "min" : "max";
    if (mode == natural) return;
    Add(fmt::format("mode: {} takes a {} {} for an improvement, but {} of it is better (mode: {})",
                    mode, mode == "min" ? "falling" : "rising", options.metric,
                    natural == "max" ? "more" : "less", natural));
  }

  const Trial& trial_;
  const MetricTable& metrics_;
  const Map& scheduler_;
  TrialSchedule schedule_;
  TrialClock clock_;
  std::string unit_;
  std::vector<ScheduleFinding> findings_;
};

}  // namespace

std::vector<ScheduleFinding> FindingsOf(const Trial& trial, int64_t images,
                                        const MetricTable& metrics) {
  return Linter(trial, images, metrics).Findings();
}

}  // namespace lrsweep
