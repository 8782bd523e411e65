#include "sweep/search/search_space.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "params/text.h"
#include "sweep/search/race_plan.h"

namespace lrsweep {

SearchSpace::SearchSpace(SweepConfig config) : config_(std::move(config)) {
  NoteRepeatedValues(config_.axes);
  for (const auto* entries : {&config_.schedulers, &config_.optimizers}) {
    for (const Entry& entry : *entries) NoteRepeatedValues(entry.axes);
  }
  for (const Entry& scheduler : config_.schedulers) {
    for (const Entry& optimizer : config_.optimizers) AddBlock(scheduler, optimizer);
  }
  TrialFinder finder(config_);
  points_ = 0;
  for (Block& block : blocks_) {
    block.first_point = points_;
    finder.Find(block);
    points_ += block.points;
  }
  NoteZips();
  finder.Finish(points_);
  distinct_ = finder.trials();
  notes_.insert(notes_.end(), finder.notes().begin(), finder.notes().end());
  if (config_.race) RaceRulesOf(config_, Points());  // throws
}

void SearchSpace::AddBlock(const Entry& scheduler, const Entry& optimizer) {
  Block block{&scheduler, &optimizer, DimensionsOf(config_, scheduler, optimizer)};
  CheckSize(block);
  block.points = block.GridPoints();
  if (block.IsSampled()) block.points *= static_cast<uint64_t>(config_.search.trials);
  points_ += block.points;
  blocks_.push_back(std::move(block));
  NoteOverriddenAxes(blocks_.back());
}

/// Throws ConfigError where the block's points are too many beside those of the blocks before it.
void SearchSpace::CheckSize(const Block& block) const {
  uint64_t points = 1;
  for (const Dimension& dimension : block.dimensions) {
    const bool is_sampled = dimension.sampler != nullptr;
    points *= is_sampled ? static_cast<uint64_t>(config_.search.trials) : dimension.places();
    if (points_ + points <= kMaximumPoints) continue;
    const bool is_written = is_sampled && !config_.search.trials_at.file.empty();
    const Axis& axis = *dimension.axes.front();
    throw ConfigError(is_written ? config_.search.trials_at : axis.at,
                      "the space has more than " + std::to_string(kMaximumPoints) + " points; " +
                          (is_sampled ? "search.trials" : axis.path) + " is where it passes that");
  }
}

void SearchSpace::NoteRepeatedValues(const std::vector<Axis>& axes) {
  for (const Axis& axis : axes) {
    const bool in_zip = std::any_of(config_.zips.begin(), config_.zips.end(),
                                    [&axis](const Zip& zip) { return zip.Has(axis.path); });
    if (axis.repeated == 0 || in_zip) continue;
    notes_.push_back(axis.path + " lists " + Counted(axis.repeated, "value") +
                     " more than once; each makes one trial");
  }
}

/// Notes the axes that the entry's first point overrides.
void SearchSpace::NoteOverriddenAxes(const Block& block) {
  const Entry& scheduler = *block.scheduler;
  const auto overridden = OverriddenAtFirst(scheduler);
  for (const Dimension& dimension : block.dimensions) {
    for (const Axis* axis : dimension.axes) {
      if (!axis->Varies()) continue;
      if (std::find(overridden.begin(), overridden.end(), axis->path) == overridden.end()) continue;
      notes_.push_back(axis->path + " has no effect under " + scheduler.type + ": " +
                       (axis->distribution
                            ? "it is not sampled"
                            : "its " + Counted(axis->values.size(), "value") + " make one trial"));
    }
  }
}

/// Notes how many points each zip removes. Throws ConfigError for one that joins nothing.
void SearchSpace::NoteZips() {
  for (const Zip& zip : config_.zips) {
    std::string paths;
    for (const WrittenText& path : zip.paths) paths += (paths.empty() ? "" : ", ") + path.text;
    uint64_t removed = 0;
    bool joins = false;
    for (const Block& block : blocks_) {
      for (const Dimension& dimension : block.dimensions) {
        if (!dimension.IsZip() || !zip.Has(dimension.axes.front()->path)) continue;
        joins = true;
        uint64_t alone = block.points / dimension.places();
        for (const Axis* axis : dimension.axes) alone *= axis->values.size();
        removed += alone - std::min(alone, block.points);
      }
    }
    if (!joins) throw ConfigError(zip.at, "zip: no schedule has several of the axes " + paths);
    const auto points = static_cast<int64_t>(removed / SeedsOf(config_));
    notes_.push_back("zip [" + paths + "] removes " + Counted(points, "point"));
  }
}

const Block& SearchSpace::BlockOf(uint64_t point) const {
  const auto next = std::upper_bound(
      blocks_.begin(), blocks_.end(), point,
      [](uint64_t number, const Block& block) { return number < block.first_point; });
  return *std::prev(next);
}

Trial SearchSpace::At(size_t index) const {
  const FoundTrial& distinct = distinct_.at(index);
  return TrialOf(config_, BlockOf(distinct.point), distinct);
}

std::string SearchSpace::IdAt(size_t index) const { return IdText(distinct_.at(index).id); }

int64_t SearchSpace::EpochsAt(size_t index) const {
  const char kPath[] = "training.epochs";
  Value epochs = *Find(config_.fixed, kPath);
  const uint64_t point = distinct_.at(index).point;
  BlockOf(point).ForEachDimension(point, [&](const Dimension& dimension, uint64_t place) {
    for (size_t i = 0; i < dimension.axes.size(); ++i) {
      if (dimension.axes[i]->path == kPath) epochs = dimension.At(i, place);
    }
  });
  return std::get<int64_t>(epochs);
}

const Entry& SearchSpace::SchedulerEntryAt(size_t index) const {
  return *BlockOf(distinct_.at(index).point).scheduler;
}

std::vector<SpacePoint> SearchSpace::Points() const {
  std::vector<SpacePoint> points;
  std::unordered_map<uint64_t, size_t> place_of;  // in points, by the group's id
  place_of.reserve(distinct_.size());
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

size_t SearchSpace::CountPoints() const {
  std::unordered_set<uint64_t> groups;
  groups.reserve(distinct_.size());
  for (const FoundTrial& trial : distinct_) groups.insert(trial.group_id);
  return groups.size();
}

Map SearchSpace::WrittenSchedulerAt(size_t index) const {
  const uint64_t point = distinct_.at(index).point;
  const Block& block = BlockOf(point);
  Map params = {{"scheduler", block.scheduler->section}};
  block.ForEachValue(point, [&params](const std::string& path, const Value& value) {
    if (path.starts_with("scheduler.")) SetAt(params, path, value);
  });
  return std::get<Map>(std::move(params.at("scheduler")));
}

}  // namespace lrsweep
