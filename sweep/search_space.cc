#include "sweep/search_space.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "sweep/optimizers.h"
#include "sweep/trial_id.h"
#include "sweep/trial_text.h"

namespace lrsweep {
namespace {

uint64_t IdNumber(const std::string& id) {
  uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number, 16);
  return number;
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

/// Says which axes lose their effect, at least at the entry's first point.
void SearchSpace::NoteOverriddenAxes(const Block& block) {
  const auto overridden = OverriddenBy(*block.scheduler, block.scheduler->section);
  for (const Axis* axis : block.axes) {
    if (axis->values.size() < 2) continue;
    if (std::find(overridden.begin(), overridden.end(), axis->path) == overridden.end()) continue;
    notes_.push_back(axis->path + " has no effect under " + block.scheduler->type + ": its " +
                     Counted(axis->values.size(), "value") + " make one trial");
  }
}

void SearchSpace::FindDistinctTrials() {
  std::unordered_set<uint64_t> seen;
  seen.reserve(points_);
  for (uint64_t point = 0; point < points_; ++point) {
    if (seen.insert(IdNumber(TrialId(ParamsAt(point)))).second) {
      distinct_.push_back(static_cast<uint32_t>(point));
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

Map SearchSpace::ParamsAt(uint64_t point) const {
  const Block& block = BlockOf(point);
  Map params = config_.fixed;
  params.insert_or_assign("scheduler", block.scheduler->section);
  params.insert_or_assign("optimizer", block.optimizer->section);
  uint64_t rest = point - block.first_point;
  for (auto axis = block.axes.rbegin(); axis != block.axes.rend(); ++axis) {
    const auto& values = (*axis)->values;
    SetAt(params, (*axis)->path, values[rest % values.size()]);
    rest /= values.size();
  }
  const Map& scheduler = std::get<Map>(params.at("scheduler"));
  for (const std::string& path : OverriddenBy(*block.scheduler, scheduler)) {
    OverrideOptimizer(params, path);
  }
  CheckOptimizerEntry(*block.optimizer, std::get<Map>(params.at("optimizer")));
  return params;
}

Trial SearchSpace::At(size_t index) const {
  Trial trial;
  trial.params = ParamsAt(distinct_.at(index));
  trial.id = TrialId(trial.params);
  trial.group_id = GroupId(trial.params);
  trial.scheduler = std::get<std::string>(*Find(trial.params, "scheduler.type"));
  trial.seed = std::get<int64_t>(*Find(trial.params, "training.seed"));
  return trial;
}

}  // namespace lrsweep
