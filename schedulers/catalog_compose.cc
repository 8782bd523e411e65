// SequentialLR, ChainedScheduler: lists of schedulers.

#include <algorithm>
#include <map>

#include "schedulers/catalog_entries.h"
#include "schedulers/compose.h"
#include "schedulers/require.h"

namespace lrsweep {
namespace {

struct Member {
  const SchedulerType* type;
  Map parameters;  // as Coerce gives them, without `type`
};

/// Throws where one is written that the type does not have.
void RefuseUnknown(const SchedulerType& type, const Map& member) {
  std::vector<std::string> known;
  for (const Parameter& parameter : type.parameters) known.push_back(parameter.name);
  for (const auto& [name, value] : member) {
    if (name == "type" || std::find(known.begin(), known.end(), name) != known.end()) continue;
    for (const Parameter& common : CommonParameters(type)) {
      if (common.name != name) continue;
      throw std::invalid_argument(name + " belongs to the whole schedule, not to a member");
    }
    throw std::invalid_argument(type.name + " has no parameter " + name);
  }
}

/// Calls `use` with each member's index. What it throws is told with the member's place.
template <typename Use>
void ForEachMember(const Map& parameters, const Use& use) {
  List list;
  Read(parameters, "schedulers", list);
  for (size_t i = 0; i < list.size(); ++i) {
    try {
      const Map* map = list[i].As<Map>();
      if (map == nullptr) throw std::invalid_argument("expected a scheduler");
      const SchedulerType& type = TypeOf(*map);
      RefuseUnknown(type, *map);
      use(i, Member{&type, CoerceParameters(type, *map)});
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("schedulers." + std::to_string(i) + ": " + error.what());
    }
  }
}

void CheckMembers(const std::string& composed, bool as_factors, const Map& parameters) {
  ForEachMember(parameters, [&](size_t, const Member& member) {
    const SchedulerType& type = *member.type;
    const std::string refusal = type.name + " cannot stand in " + composed + ": ";
    if (!type.not_composable.empty()) throw std::invalid_argument(refusal + type.not_composable);
    if (as_factors && !type.chains_as_factor) {
      throw std::invalid_argument(
          refusal + "its rate is no factor of the rate before, it depends on the path");
    }
    type.check(member.parameters);
  });
}

/// The members' own dead parameters, and of the optimizer what no member uses.
std::vector<std::string> MembersOverrides(const Map& parameters) {
  std::vector<std::string> paths;
  std::map<std::string, size_t> optimizer;  // how many members override it
  size_t members = 0;
  ForEachMember(parameters, [&](size_t i, const Member& member) {
    ++members;
    const std::string prefix = "scheduler.";
    for (const std::string& path : member.type->overrides(member.parameters)) {
      if (path.starts_with(prefix)) {
        paths.push_back("scheduler.schedulers." + std::to_string(i) + "." +
                        path.substr(prefix.size()));
      } else {
        ++optimizer[path];
      }
    }
  });
  for (const auto& [path, count] : optimizer) {
    if (count == members) paths.push_back(path);
  }
  return paths;
}

Parameter Schedulers(const std::string& help) {
  return {.name = "schedulers", .kind = Kind::kSchedulers, .help = help};
}

std::vector<int64_t> Milestones(const Map& parameters) {
  std::vector<int64_t> milestones;
  ReadIntegers(parameters, "milestones", milestones);
  return milestones;
}

/// Each member has the run from its milestone to the next, the last one to the end.
Schedule BuildSequentialLr(const Map& parameters, const ScheduleContext& context) {
  const std::vector<int64_t> milestones = Milestones(parameters);
  std::vector<Schedule> schedules;
  ForEachMember(parameters, [&](size_t i, const Member& member) {
    const int64_t start = i == 0 ? 0 : milestones.at(i - 1);
    const int64_t end = i < milestones.size() ? milestones[i] : context.run_ticks;
    ScheduleContext own = context;
    own.run_ticks = end - start;
    schedules.push_back(member.type->build(member.parameters, own));
  });
  return SequentialLr(std::move(schedules), milestones);
}

void CheckSequentialLr(const Map& parameters) {
  size_t members = 0;
  List list;
  Read(parameters, "schedulers", list);
  members = list.size();
  const std::vector<int64_t> milestones = Milestones(parameters);
  SequentialLr(std::vector<Schedule>(members), milestones);
  CheckMembers("SequentialLR", /*as_factors=*/false, parameters);
}

Schedule BuildChained(const Map& parameters, const ScheduleContext& context) {
  std::vector<Schedule> factors;
  ForEachMember(parameters, [&](size_t, const Member& member) {
    ScheduleContext own = context;
    own.lr = 1;
    factors.push_back(member.type->build(member.parameters, own));
  });
  return Chained(std::move(factors), Optimizer(context));
}

}  // namespace

SchedulerType SequentialLrType() {
  SchedulerType type;
  type.name = "SequentialLR";
  type.summary = "one schedule after another, each from its own 0 at its milestone";
  type.formula =
      "schedulers[i] at tick - milestones[i - 1],\n"
      "where i is the number of milestones that are at most tick";
  type.source = "torch.optim.lr_scheduler.SequentialLR";
  type.example =
      "{type: SequentialLR, milestones: [5], schedulers: [{type: LinearLR, total_iters: 5}, "
      "{type: CosineAnnealingLR, T_max: run}]}";
  type.default_interval = "epoch";
  type.parameters = {
      Schedulers("the schedules in their order; run is their own part of the run"),
      {.name = "milestones",
       .kind = Kind::kIntegerList,
       .range = {.minimum = 1},
       .counts_ticks = true,
       .help = "ticks of the interval at which the next one starts, increasing"},
  };
  type.overrides = MembersOverrides;
  type.check = CheckSequentialLr;
  type.build = BuildSequentialLr;
  return type;
}

SchedulerType ChainedSchedulerType() {
  SchedulerType type;
  type.name = "ChainedScheduler";
  type.summary = "several schedules at once: the product of their factors";
  type.formula = "lr * the product of each member's rate at tick as a share of lr";
  type.source = "torch.optim.lr_scheduler.ChainedScheduler";
  type.example =
      "{type: ChainedScheduler, schedulers: [{type: ConstantLR, factor: 0.1, total_iters: 2}, "
      "{type: ExponentialLR, gamma: 0.9}]}";
  type.default_interval = "epoch";
  type.chains_as_factor = true;
  type.parameters = {Schedulers("the schedules, each of them one that multiplies the rate")};
  type.overrides = MembersOverrides;
  type.check = [](const Map& parameters) {
    CheckMembers("ChainedScheduler", /*as_factors=*/true, parameters);
  };
  type.build = BuildChained;
  return type;
}

}  // namespace lrsweep
