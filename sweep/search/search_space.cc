#include "sweep/search/search_space.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "params/text.h"
#include "sweep/config/trial_id.h"
#include "sweep/search/point_walk.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

uint64_t IdNumber(const std::string& id) {
  uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number, 16);
  return number;
}

std::string IdText(uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016" PRIx64, number);
  return text.data();
}

}  // namespace

SearchSpace::SearchSpace(SweepConfig config) : config_(std::move(config)) {
  const auto note_repeats = [this](const Axis& axis) {
    if (axis.repeated == 0) return;
    notes_.push_back(axis.path + " lists " + Counted(axis.repeated, "value") +
                     " more than once; each makes one trial");
  };
  for (const Axis& axis : config_.axes) note_repeats(axis);
  for (const auto* entries : {&config_.schedulers, &config_.optimizers}) {
    for (const Entry& entry : *entries)
      std::for_each(entry.axes.begin(), entry.axes.end(), note_repeats);
  }
  for (const Entry& scheduler : config_.schedulers) {
    for (const Entry& optimizer : config_.optimizers) AddBlock(scheduler, optimizer);
  }
  FindDistinctTrials();
}

void SearchSpace::AddBlock(const Entry& scheduler, const Entry& optimizer) {
  Block block{&scheduler, &optimizer, {}, points_, 1};
  for (const auto* axes : {&scheduler.axes, &std::as_const(config_.axes), &optimizer.axes}) {
    for (const Axis& axis : *axes) block.axes.push_back(&axis);
  }
  for (const Axis* axis : block.axes) {
    block.points *= axis->values.size();
    if (points_ + block.points > kMaximumPoints) {
      throw ConfigError(axis->at, "the space has more than " + std::to_string(kMaximumPoints) +
                                      " points; " + axis->path + " is where it passes that");
    }
  }
  points_ += block.points;
  blocks_.push_back(std::move(block));
  NoteOverriddenAxes(blocks_.back());
}

/// Notes the axes that the entry's first point overrides.
void SearchSpace::NoteOverriddenAxes(const Block& block) {
  const Entry& scheduler = *block.scheduler;
  const auto overridden = OverriddenBy(scheduler, TrialScheduler(scheduler, scheduler.section));
  for (const Axis* axis : block.axes) {
    if (axis->values.size() < 2) continue;
    if (std::find(overridden.begin(), overridden.end(), axis->path) == overridden.end()) continue;
    notes_.push_back(axis->path + " has no effect under " + scheduler.type + ": its " +
                     Counted(axis->values.size(), "value") + " make one trial");
  }
}

void SearchSpace::FindDistinctTrials() {
  std::unordered_set<uint64_t> seen;
  seen.reserve(points_);
  for (const Block& block : blocks_) {
    PointWalk walk(config_, *block.scheduler, *block.optimizer, block.axes);
    std::string group_json;
    uint64_t group = 0;
    for (uint64_t point = 0; point < block.points; ++point) {
      if (point > 0) walk.Next();
      const uint64_t id = IdNumber(IdOfJson(walk.TrialJson()));
      if (!seen.insert(id).second) continue;
      if (walk.GroupJson() != group_json) {
        group_json = walk.GroupJson();
        group = IdNumber(IdOfJson(group_json));
      }
      distinct_.push_back({static_cast<uint32_t>(block.first_point + point), id, group});
    }
  }
  if (distinct_.size() < points_) {
    notes_.push_back(Counted(points_ - distinct_.size(), "point") + " of " +
                     std::to_string(points_) + " repeat a trial that an earlier point makes");
  }
}

const SearchSpace::Block& SearchSpace::BlockOf(uint64_t point) const {
  const auto next = std::upper_bound(
      blocks_.begin(), blocks_.end(), point,
      [](uint64_t number, const Block& block) { return number < block.first_point; });
  return *std::prev(next);
}

template <typename Visit>
void SearchSpace::ForEachAxis(const Block& block, uint64_t point, const Visit& visit) {
  uint64_t rest = point - block.first_point;
  for (auto axis = block.axes.rbegin(); axis != block.axes.rend(); ++axis) {
    const size_t values = (*axis)->values.size();
    visit(**axis, rest % values);
    rest /= values;
  }
}

Map SearchSpace::ParamsAt(uint64_t point) const {
  const Block& block = BlockOf(point);
  Map params = config_.fixed;
  params.insert_or_assign("scheduler", block.scheduler->section);
  params.insert_or_assign("optimizer", block.optimizer->section);
  ForEachAxis(block, point, [&params](const Axis& axis, size_t place) {
    SetAt(params, axis.path, axis.values[place]);
  });
  Map& scheduler = std::get<Map>(params.at("scheduler"));
  scheduler = TrialScheduler(*block.scheduler, scheduler);
  for (const std::string& path : OverriddenBy(*block.scheduler, scheduler)) {
    OverrideOptimizer(params, path);
  }
  if (!config_.program) {
    CheckOptimizerEntry(*block.optimizer, std::get<Map>(params.at("optimizer")));
  }
  return params;
}

Trial SearchSpace::At(size_t index) const {
  Trial trial;
  const Distinct& distinct = distinct_.at(index);
  trial.params = ParamsAt(distinct.point);
  trial.id = IdText(distinct.id);
  trial.group_id = IdText(distinct.group_id);
  trial.scheduler = std::get<std::string>(*Find(trial.params, "scheduler.type"));
  trial.seed = std::get<int64_t>(*Find(trial.params, "training.seed"));
  return trial;
}

std::string SearchSpace::IdAt(size_t index) const { return IdText(distinct_.at(index).id); }

int64_t SearchSpace::EpochsAt(size_t index) const {
  const char kPath[] = "training.epochs";
  const Value* epochs = Find(config_.fixed, kPath);
  const uint64_t point = distinct_.at(index).point;
  ForEachAxis(BlockOf(point), point, [&](const Axis& axis, size_t place) {
    if (axis.path == kPath) epochs = &axis.values[place];
  });
  return std::get<int64_t>(*epochs);
}

const Entry& SearchSpace::SchedulerEntryAt(size_t index) const {
  return *BlockOf(distinct_.at(index).point).scheduler;
}

std::vector<SpacePoint> SearchSpace::Points() const {
  std::vector<SpacePoint> points;
  std::unordered_map<uint64_t, size_t> place_of;  // in points, by the group's id
  for (size_t i = 0; i < distinct_.size(); ++i) {
    const uint64_t group = distinct_[i].group_id;
    const auto [found, is_new] = place_of.try_emplace(group, points.size());
    if (is_new) {
      const auto entry = static_cast<size_t>(&SchedulerEntryAt(i) - config_.schedulers.data());
      points.push_back({IdText(group), entry, {}});
    }
    points[found->second].trials.push_back(i);
  }
  return points;
}

Map SearchSpace::WrittenSchedulerAt(size_t index) const {
  const uint64_t point = distinct_.at(index).point;
  const Block& block = BlockOf(point);
  Map params = {{"scheduler", block.scheduler->section}};
  ForEachAxis(block, point, [&params](const Axis& axis, size_t place) {
    if (axis.path.starts_with("scheduler.")) SetAt(params, axis.path, axis.values[place]);
  });
  return std::get<Map>(std::move(params.at("scheduler")));
}

uint64_t SearchSpace::AlikeBut(size_t index, bool (*counts)(const Axis& axis)) const {
  const uint64_t point = distinct_.at(index).point;
  const Block& block = BlockOf(point);
  uint64_t alike = block.first_point;
  uint64_t stride = 1;
  ForEachAxis(block, point, [&](const Axis& axis, size_t place) {
    if (counts(axis)) alike += place * stride;
    stride *= axis.values.size();
  });
  return alike;
}

}  // namespace lrsweep
