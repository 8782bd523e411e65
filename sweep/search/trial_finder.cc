#include "sweep/search/trial_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "params/text.h"
#include "sweep/config/trial_id.h"

namespace lrsweep {
namespace {

uint64_t IdNumber(const std::string& id) {
  uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number, 16);
  return number;
}

std::string Points(uint64_t count) { return Counted(static_cast<int64_t>(count), "point"); }

/// The values of a place of a dimension, as a text.
std::string ValuesText(const Dimension& dimension, uint64_t place) {
  List values;
  for (size_t i = 0; i < dimension.axes.size(); ++i) values.push_back(dimension.At(i, place));
  return ToJson(values);
}

}  // namespace

std::string IdText(uint64_t id) { return fmt::format("{:016x}", id); }

Trial TrialOf(const SweepConfig& config, const Block& block, const FoundTrial& found) {
  Trial trial;
  trial.params = ParamsAt(config, block, found.point);
  trial.id = IdText(found.id);
  trial.group_id = IdText(found.group_id);
  trial.scheduler = std::get<std::string>(*Find(trial.params, "scheduler.type"));
  trial.seed = std::get<int64_t>(*Find(trial.params, "training.seed"));
  return trial;
}

TrialFinder::TrialFinder(const SweepConfig& config)
    : config_(config), exclusions_(config), removed_(config.exclusions.size()) {}

void TrialFinder::Find(Block& block) {
  seen_.reserve(seen_.size() + block.points);
  if (block.IsSampled()) {
    FindSampled(block);
    return;
  }
  block.points = block.GridPoints();
  PointWalk walk(config_, *block.scheduler, *block.optimizer, block.dimensions);
  Keep(Read(walk, block.first_point, block.points));
  if (!config_.search.IsGrid()) {
    notes_.push_back(fmt::format("{} has nothing to sample: {}", block.Name(config_),
                                 Points(block.points / SeedsOf(config_))));
  }
}

void TrialFinder::FindSampled(Block& block) {
  Dimension& sampled = block.dimensions.front();
  const auto trials = static_cast<uint64_t>(config_.search.trials);
  const uint64_t most_draws = kMostDrawsOfPoint * trials + kMostVainDraws;
  const std::optional<uint64_t> all = sampled.sampler->Count();
  const bool is_small = all && *all <= most_draws;
  const uint64_t length = block.GridPoints();
  std::unordered_set<std::string> drawn;  // where there are few values
  std::unordered_set<uint64_t> groups;
  groups.reserve(trials);
  std::optional<PointWalk> walk;
  uint64_t vain = 0;
  for (uint32_t draw = 0; sampled.draws.size() < trials && draw < most_draws; ++draw) {
    if (vain == kMostVainDraws || (is_small && drawn.size() == *all)) break;
    sampled.draws.push_back(draw);
    const uint64_t place = sampled.draws.size() - 1;
    const bool is_new = !is_small || drawn.insert(ValuesText(sampled, place)).second;
    if (is_new && walk) walk->MoveTo(place);
    if (!walk) walk.emplace(config_, *block.scheduler, *block.optimizer, block.dimensions);
    const bool is_taken = is_new && TakeDraw(block, *walk, length, groups);
    vain = is_taken ? 0 : vain + 1;
    if (!is_taken) sampled.draws.pop_back();
  }
  block.points = sampled.draws.size() * length;
  if (sampled.draws.size() < trials) NoteFewer(block, is_small && drawn.size() == *all);
}

/// Keeps the trials of the last draw, at which the walk stands, unless nothing is left of it or an
/// earlier draw gave the same point. `groups`: those of the draws that were kept.
bool TrialFinder::TakeDraw(Block& block, PointWalk& walk, uint64_t length,
                           std::unordered_set<uint64_t>& groups) {
  const uint64_t place = block.dimensions.front().draws.size() - 1;
  const Run run = Read(walk, block.first_point + place * length, length);
  if (run.trials.empty()) {
    const auto most = std::max_element(run.excluded.begin(), run.excluded.end());
    ++removed_[static_cast<size_t>(most - run.excluded.begin())].draws;
    return false;
  }
  if (!groups.insert(run.trials.front().group_id).second) return false;
  Keep(run);
  return true;
}

TrialFinder::Run TrialFinder::Read(PointWalk& walk, uint64_t first_point, uint64_t length) {
  Run run{{}, std::vector<uint64_t>(removed_.size())};
  std::string group_json;
  uint64_t group = 0;
  const auto value_at = [&walk](const std::string& path) { return walk.At(path); };
  for (uint64_t i = 0; i < length; ++i) {
    if (i > 0) walk.Next();
    if (!exclusions_.empty()) {
      if (const std::optional<size_t> excluding = exclusions_.Excluding(value_at)) {
        ++run.excluded[*excluding];
        continue;
      }
    }
    walk.Check();
    const uint64_t id = IdNumber(IdOfJson(walk.TrialJson()));
    if (walk.GroupJson() != group_json) {
      group_json = walk.GroupJson();
      group = IdNumber(IdOfJson(group_json));
    }
    run.trials.push_back({static_cast<uint32_t>(first_point + i), id, group, walk.ScheduleHash()});
  }
  return run;
}

void TrialFinder::Keep(const Run& run) {
  for (size_t i = 0; i < removed_.size(); ++i) removed_[i].points += run.excluded[i];
  for (const FoundTrial& trial : run.trials) {
    if (seen_.insert(trial.id).second) {
      trials_.push_back(trial);
    } else {
      ++repeated_;
    }
  }
}

void TrialFinder::NoteFewer(const Block& block, bool all_drawn) {
  const uint64_t found = block.dimensions.front().draws.size();
  notes_.push_back(fmt::format(
      "{} has {} in place of {}: {}", block.Name(config_), Points(found), config_.search.trials,
      all_drawn ? "there are no more" : "further draws repeat these or are excluded"));
}

void TrialFinder::NoteExclusions(uint64_t seeds) {
  for (size_t i = 0; i < removed_.size(); ++i) {
    const Removed& removed = removed_[i];
    const std::string points = "removes " + Points(removed.points / seeds);
    std::string what = points;
    if (removed.draws > 0) {
      const std::string draws = Counted(static_cast<int64_t>(removed.draws), "draw");
      what = fmt::format("{}passes over {}", removed.points > 0 ? points + ", and " : "", draws);
    }
    notes_.push_back(fmt::format("exclude \"{}\" {}", config_.exclusions[i].text, what));
  }
}

void TrialFinder::Finish(uint64_t points) {
  if (trials_.empty() && !removed_.empty()) {
    const auto less = [](const Removed& a, const Removed& b) {
      return a.points + a.draws < b.points + b.draws;
    };
    const auto most = std::max_element(removed_.begin(), removed_.end(), less);
    const auto& exclusion = config_.exclusions[static_cast<size_t>(most - removed_.begin())];
    throw ConfigError(exclusion.at,
                      fmt::format("exclude: \"{}\" leaves no point of the space{}", exclusion.text,
                                  removed_.size() > 1 ? ", with the other conditions" : ""));
  }
  NoteExclusions(SeedsOf(config_));
  if (repeated_ == 0) return;
  notes_.push_back(fmt::format("{} of {} repeat a trial that an earlier point makes",
                               Points(repeated_), points));
}

}  // namespace lrsweep
