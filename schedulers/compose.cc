#include "schedulers/compose.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "params/find_by_name.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

struct SequentialOptions {
  List schedulers;
  std::vector<int64_t> milestones;
};

struct ChainedOptions {
  List schedulers;
};

const OptionTable<SequentialOptions>& SequentialTable() {
  static const OptionTable<SequentialOptions> table = {
      {&SequentialOptions::schedulers,
       kRequired,
       {.name = "schedulers",
        .help = "the schedules in their order; run is their own part of the run"}},
      {&SequentialOptions::milestones,
       kRequired,
       {.name = "milestones",
        .range = AtLeast(1),
        .counts_ticks = true,
        .help = "ticks of the interval at which the next one starts, increasing"}},
  };
  return table;
}

const OptionTable<ChainedOptions>& ChainedTable() {
  static const OptionTable<ChainedOptions> table = {
      {&ChainedOptions::schedulers,
       kRequired,
       {.name = "schedulers", .help = "the schedules, each of them one that multiplies the rate"}},
  };
  return table;
}

/// Refuses a name that the member's type does not have.
void RefuseUnknown(const SchedulerType& type, const Map& member) {
  for (const auto& [name, value] : member) {
    if (name == "type" || FindByName(type.parameters, name) != nullptr) continue;
    if (FindByName(CommonParameters(type), name) != nullptr) {
      throw std::invalid_argument(name + " belongs to the whole schedule, not to a member");
    }
    throw std::invalid_argument(type.name + " has no parameter " + name);
  }
}

/// Calls use(index, type, parameters) for each member, the parameters as Coerce returns them. Puts
/// the member's place in front of what is thrown: "schedulers.1: StepLR needs step_size".
template <typename Use>
void ForEachMember(const List& members, const Use& use) {
  for (size_t i = 0; i < members.size(); ++i) {
    try {
      const Map* member = members[i].As<Map>();
      if (member == nullptr) throw std::invalid_argument("expected a scheduler");
      const SchedulerType& type = TypeOf(*member);
      RefuseUnknown(type, *member);
      use(i, type, CoerceParameters(type, *member));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("schedulers." + std::to_string(i) + ": " + error.what());
    }
  }
}

/// Refuses a type that cannot be a member of `composed`; `as_factors`: of a product.
void RequireComposable(const SchedulerType& type, const std::string& composed, bool as_factors) {
  std::string why = type.not_composable;
  if (why.empty() && as_factors && !type.chains_as_factor) {
    why = type.not_a_factor;
    if (why.empty()) why = "its rate is no factor of the rate before, it depends on the path";
  }
  if (why.empty()) return;
  throw std::invalid_argument(type.name + " cannot stand in " + composed + ": " + why);
}

/// What the members have without effect: each its own parameters, and of the optimizer's those that
/// no member uses.
std::vector<std::string> OverriddenByMembers(const List& members) {
  std::vector<std::string> paths;
  std::map<std::string, size_t> optimizer;  // how many members override it
  ForEachMember(members, [&](size_t i, const SchedulerType& type, const Map& parameters) {
    const std::string prefix = "scheduler.";
    for (const std::string& path : type.overrides(parameters)) {
      if (path.starts_with(prefix)) {
        paths.push_back("scheduler.schedulers." + std::to_string(i) + "." +
                        path.substr(prefix.size()));
      } else {
        ++optimizer[path];
      }
    }
  });
  for (const auto& [path, count] : optimizer) {
    if (count == members.size()) paths.push_back(path);
  }
  return paths;
}

/// `milestones` against the number of schedules; the first schedule starts at 0.
void RequireMilestones(size_t schedules, const std::vector<int64_t>& milestones) {
  std::vector<int64_t> starts = {0};
  starts.insert(starts.end(), milestones.begin(), milestones.end());
  RequireIncreasing("milestones", starts);
  if (starts.size() == schedules) return;
  throw std::invalid_argument(
      "milestones must be one fewer than schedulers: " + std::to_string(milestones.size()) +
      " with " + std::to_string(schedules));
}

/// Each member's run lasts from its milestone to the next, the last one's to the end.
Schedule BuildSequential(const Map& parameters, const ScheduleContext& context) {
  const SequentialOptions options = SequentialTable().Read(parameters, context.run_ticks);
  const std::vector<int64_t>& milestones = options.milestones;
  RequireMilestones(options.schedulers.size(), milestones);
  std::vector<Schedule> schedules;
  ForEachMember(options.schedulers,
                [&](size_t i, const SchedulerType& type, const Map& member_parameters) {
                  RequireComposable(type, "SequentialLR", /*as_factors=*/false);
                  const int64_t start = i == 0 ? 0 : milestones[i - 1];
                  const int64_t end = i < milestones.size() ? milestones[i] : context.run_ticks;
                  ScheduleContext own = context;
                  own.run_ticks = end - start;
                  schedules.push_back(type.build(member_parameters, own));
                });
  return SequentialLr(std::move(schedules), milestones);
}

std::vector<Span> SequentialSpans(const SequentialOptions& options) {
  std::vector<Span> spans;
  for (size_t i = 0; i < options.milestones.size(); ++i) {
    const int64_t tick = options.milestones[i];
    spans.push_back({"milestones", "schedulers." + std::to_string(i + 1), tick, tick});
  }
  return spans;
}

Schedule BuildChained(const Map& parameters, const ScheduleContext& context) {
  const ChainedOptions options = ChainedTable().Read(parameters, context.run_ticks);
  std::vector<Schedule> factors;
  ForEachMember(options.schedulers,
                [&](size_t, const SchedulerType& type, const Map& member_parameters) {
                  RequireComposable(type, "ChainedScheduler", /*as_factors=*/true);
                  ScheduleContext own = context;
                  own.lr = 1;
                  own.as_factor = true;
                  factors.push_back(type.build(member_parameters, own));
                });
  return Chained(std::move(factors), {context.lr, context.momentum});
}

}  // namespace

Schedule SequentialLr(std::vector<Schedule> schedules, std::vector<int64_t> milestones) {
  RequireMilestones(schedules.size(), milestones);
  return [schedules = std::move(schedules), milestones = std::move(milestones)](int64_t tick) {
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), tick);
    const size_t index = next - milestones.begin();
    return schedules[index](index == 0 ? tick : tick - milestones[index - 1]);
  };
}

SchedulerType SequentialLrType() {
  SchedulerType type = {
      .name = "SequentialLR",
      .summary = "one schedule after another, each from its own 0 at its milestone",
      .formula =
          "schedulers[i] at tick - milestones[i - 1],\n"
          "where i is the number of milestones that are at most tick.\n"
          "Every member counts from the optimizer's own rate and momentum. In PyTorch a member "
          "that\n"
          "sets its own (OneCycleLR, CyclicLR) changes them when it is constructed, and with them "
          "the\n"
          "rates of the members before it; that depends on the order of construction and is not "
          "followed",
      .source = "torch.optim.lr_scheduler.SequentialLR",
      .example =
          "{type: SequentialLR, milestones: [10%], schedulers: [{type: LinearLR, total_iters: "
          "run}, {type: CosineAnnealingLR, T_max: run}]}",
      .default_interval = "epoch"};
  type.parameters = SequentialTable().parameters();
  type.overrides = [](const Map& parameters) {
    return OverriddenByMembers(SequentialTable().Read(parameters, kLongerThanAnyRun).schedulers);
  };
  type.build = BuildSequential;
  type.spans = SpansFrom(SequentialTable(), SequentialSpans);
  return type;
}

Schedule Chained(std::vector<Schedule> factors, const Rates& optimizer) {
  if (factors.empty()) throw std::invalid_argument("schedulers needs at least one scheduler");
  return [factors = std::move(factors), optimizer](int64_t tick) {
    Rates rates = optimizer;
    for (const Schedule& factor : factors) rates.lr *= factor(tick).lr;
    return rates;
  };
}

SchedulerType ChainedSchedulerType() {
  SchedulerType type = {
      .name = "ChainedScheduler",
      .summary = "several schedules at once: the product of their factors",
      .formula = "lr * the product of each member's rate at tick as a share of lr",
      .source = "torch.optim.lr_scheduler.ChainedScheduler",
      .example =
          "{type: ChainedScheduler, schedulers: [{type: ConstantLR, factor: 0.1, "
          "total_iters: 10%}, {type: ExponentialLR, gamma: 0.9}]}",
      .default_interval = "epoch",
      .chains_as_factor = true};
  type.parameters = ChainedTable().parameters();
  type.overrides = [](const Map& parameters) {
    return OverriddenByMembers(ChainedTable().Read(parameters, kLongerThanAnyRun).schedulers);
  };
  type.build = BuildChained;
  return type;
}

std::vector<MemberRun> MembersOf(const Map& scheduler, int64_t run_ticks) {
  std::vector<MemberRun> members;
  const Value* list = Find(scheduler, "schedulers");
  if (!TypeOf(scheduler).composed() || list == nullptr) return members;
  std::vector<int64_t> starts = {0};
  if (Find(scheduler, "milestones") != nullptr) {
    const auto milestones = SequentialTable().Read(scheduler, run_ticks).milestones;
    starts.insert(starts.end(), milestones.begin(), milestones.end());
  }
  const auto& schedulers = std::get<List>(*list);
  for (size_t i = 0; i < schedulers.size(); ++i) {
    const int64_t begin = i < starts.size() ? starts[i] : 0;
    const int64_t end = i + 1 < starts.size() ? starts[i + 1] : run_ticks;
    members.push_back(
        {"schedulers." + std::to_string(i), schedulers[i].As<Map>(), begin, end - begin});
  }
  return members;
}

}  // namespace lrsweep
