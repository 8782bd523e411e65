#include "sweep/search/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <unordered_set>

#include "params/errors.h"
#include "schedulers/catalog.h"
#include "sweep/config/trial_text.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

constexpr size_t kMostSchedules = 1000;
constexpr double kMostRise = 10;  // times the optimizer's rate
constexpr int64_t kMostTicks = 200'000;

/// The schedulers nested in a composed one; empty for any other.
std::vector<const Map*> MembersOf(const Map& scheduler) {
  std::vector<const Map*> members;
  const Value* list = Find(scheduler, "schedulers");
  if (list == nullptr) return members;
  for (const Value& member : std::get<List>(*list)) members.push_back(member.As<Map>());
  return members;
}

bool RisesOnPurpose(const Map& scheduler) {
  if (TypeOf(scheduler).rises_on_purpose) return true;
  const auto members = MembersOf(scheduler);
  return std::any_of(members.begin(), members.end(),
                     [](const Map* member) { return RisesOnPurpose(*member); });
}

/// Examines one schedule on its trial's clock.
class Linter {
 public:
  Linter(const Trial& trial, int64_t images)
      : trial_(trial),
        scheduler_(std::get<Map>(trial.params.at("scheduler"))),
        type_(TypeOf(scheduler_)),
        schedule_(ScheduleOf(trial, images)),
        clock_(schedule_.clock()) {
    // An epoch-wise schedule without warm-up changes once an epoch: one value each is enough.
    const bool per_epoch = !schedule_.per_step() && schedule_.warmup_steps() == 0;
    const int64_t stride = per_epoch ? clock_.steps_per_epoch : 1;
    const int64_t count = std::min(clock_.TotalSteps() / stride, kMostTicks);
    for (int64_t tick = 0; tick < count; ++tick) rates_.push_back(schedule_.At(tick * stride).lr);
  }

  std::vector<std::string> Findings() const {
    std::vector<std::string> findings;
    const auto add = [&findings](std::optional<std::string> finding) {
      if (finding) findings.push_back(std::move(*finding));
    };
    add(WrongUnit(scheduler_));
    if (findings.empty()) add(WrongHorizon());
    if (findings.empty()) add(NeverMoves());
    add(ZeroBeforeTheEnd());
    add(RisesTooHigh());
    return findings;
  }

 private:
  std::string RunText() const {
    return fmt::format("{} {}", schedule_.run_ticks(), schedule_.per_step() ? "steps" : "epochs");
  }
  const int64_t* Integer(const std::string& name) const {
    const Value* value = Find(scheduler_, name);
    return value != nullptr ? value->As<int64_t>() : nullptr;
  }

  std::optional<std::string> NeverMoves() const {
    if (!schedule_.metric().empty() || rates_.size() < 2) return std::nullopt;
    const auto [low, high] = std::minmax_element(rates_.begin(), rates_.end());
    if (*high > *low) return std::nullopt;
    return fmt::format("the rate never moves: it stays {:g} for the {} of the run", *low,
                       RunText());
  }

  std::optional<std::string> WrongHorizon() const {
    if (type_.horizon.empty()) return std::nullopt;
    const int64_t* written = Integer(type_.horizon);
    if (written == nullptr || *written == schedule_.run_ticks()) return std::nullopt;
    return fmt::format("{} is {}, but the run has {} ({}: run follows it)", type_.horizon, *written,
                       RunText(), type_.horizon);
  }

  /// Numbers that count ticks but only make sense in the other unit, in `scheduler` or a nested
  /// one.
  std::optional<std::string> WrongUnit(const Map& scheduler) const {
    for (const Parameter& parameter : TypeOf(scheduler).parameters) {
      if (!parameter.counts_ticks) continue;
      const double ticks = Largest(Find(scheduler, parameter.name));
      if (!schedule_.per_step() && ticks > static_cast<double>(clock_.epochs) &&
          ticks >= static_cast<double>(clock_.steps_per_epoch)) {
        return fmt::format(
            "{} is {:g}, which looks like optimizer steps, but counts epochs "
            "(interval: step counts steps)",
            parameter.name, ticks);
      }
      if (schedule_.per_step() && ticks >= 2 && ticks <= static_cast<double>(clock_.epochs) &&
          clock_.steps_per_epoch >= 10 * clock_.epochs) {
        return fmt::format(
            "{} is {:g}, which looks like epochs, but counts optimizer steps "
            "(interval: epoch counts epochs)",
            parameter.name, ticks);
      }
    }
    for (const Map* member : MembersOf(scheduler)) {
      if (auto finding = WrongUnit(*member)) return finding;
    }
    return std::nullopt;
  }

  std::optional<std::string> ZeroBeforeTheEnd() const {
    const auto last =
        std::find_if(rates_.rbegin(), rates_.rend(), [](double lr) { return lr != 0; });
    const auto zeros = last - rates_.rbegin();
    if (zeros < 2) return std::nullopt;
    const double share = static_cast<double>(zeros) / static_cast<double>(rates_.size());
    return fmt::format("the rate is zero for the last {:.0f}% of the run", 100 * share);
  }

  std::optional<std::string> RisesTooHigh() const {
    const Value* lr = Find(trial_.params, "optimizer.lr");
    if (RisesOnPurpose(scheduler_) || lr == nullptr || rates_.empty()) return std::nullopt;
    const double highest = *std::max_element(rates_.begin(), rates_.end());
    const double base = std::get<double>(*lr);
    if (highest <= kMostRise * base * (1 + 1e-9)) return std::nullopt;
    return fmt::format("the rate rises to {:g}, {:.0f} times the optimizer's", highest,
                       highest / base);
  }

  static double Largest(const Value* value) {
    if (value == nullptr) return 0;
    if (const auto* integer = value->As<int64_t>()) return static_cast<double>(*integer);
    if (const auto* real = value->As<double>()) return *real;
    double largest = 0;
    if (const auto* list = value->As<List>()) {
      for (const Value& element : *list) largest = std::max(largest, Largest(&element));
    }
    return largest;
  }

  const Trial& trial_;
  const Map& scheduler_;
  const SchedulerType& type_;
  TrialSchedule schedule_;
  TrialClock clock_;
  std::vector<double> rates_;
};

/// Throws UsageError for a schedule that cannot be built for the trial's length in steps. The
/// length depends on the data set's size, so that the configuration alone cannot be checked for it.
void RequireSchedule(const Trial& trial, int64_t images) {
  try {
    ScheduleOf(trial, images);
  } catch (const std::invalid_argument& error) {
    throw UsageError(ShortText(trial) + ": " + error.what() + " (trial " + trial.id + ")");
  }
}

/// What was found, each sentence once, with how many schedules it is true of.
class FindingList {
 public:
  void Add(const Trial& trial, const std::string& what) {
    const std::string text = trial.scheduler + ": " + what;
    const auto [found, is_new] = by_text_.emplace(text, findings_.size());
    if (is_new) findings_.push_back({trial.id, text, 0});
    ++findings_[found->second].schedules;
  }

  std::vector<std::string> Sentences() const {
    std::vector<std::string> sentences;
    for (const Finding& finding : findings_) {
      std::string where = "trial " + finding.trial_id;
      if (finding.schedules > 1) where += fmt::format(" and {} more", finding.schedules - 1);
      sentences.push_back(finding.text + " (" + where + ")");
    }
    return sentences;
  }

 private:
  struct Finding {
    std::string trial_id;  // of the first schedule
    std::string text;
    size_t schedules = 0;
  };
  std::vector<Finding> findings_;
  std::map<std::string, size_t> by_text_;  // index in findings_
};

}  // namespace

std::vector<std::string> Lint(const SearchSpace& space, int64_t images) {
  std::set<std::string> schedules;
  std::unordered_set<uint64_t> points;  // cheaper than a ScheduleKey, which needs the trial
  FindingList findings;
  for (size_t i = 0; i < space.size(); ++i) {
    if (!points.insert(space.AlikeBut(i, DecidesSchedule)).second) continue;
    const Trial trial = space.At(i);
    if (!schedules.insert(ScheduleKey(trial)).second) continue;
    RequireSchedule(trial, images);
    if (schedules.size() > kMostSchedules) continue;
    for (const std::string& what : Linter(trial, images).Findings()) findings.Add(trial, what);
  }
  return findings.Sentences();
}

}  // namespace lrsweep
