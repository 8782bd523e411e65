#include "sweep/search/tpe/tpe_entry.h"

#include <algorithm>
#include <utility>

namespace lrsweep {

TpeEntry::TpeEntry(const SearchSpace& space, const Block& block)
    : space_(space),
      random_(block),
      block_(block),
      finder_(space.config()),
      size_(block.IsSampled() ? block.dimensions.front().places() : 1) {
  block_.first_point = 0;
  if (!block_.IsSampled()) return;
  const Dimension& sampled = block_.dimensions.front();
  const std::vector<std::string> overridden = OverriddenAtFirst(*block.scheduler);
  std::vector<ParzenDimension> dimensions;
  for (size_t i = 0; i < sampled.axes.size(); ++i) {
    const Axis& axis = *sampled.axes[i];
    AxisNumbers numbers(axis.distribution.value());
    const auto found = std::find(overridden.begin(), overridden.end(), axis.path);
    if (!numbers.Varies() || found != overridden.end()) continue;
    modelled_.push_back(i);
    dimensions.push_back(numbers.dimension());
    numbers_.push_back(std::move(numbers));
  }
  if (modelled_.empty()) return;
  sampler_.emplace(std::move(dimensions), sampled.sampler->KeyOf("tpe"),
                   space.config().objective.mode == "max");
}

std::vector<FoundTrial> TpeEntry::Next(const std::vector<std::optional<double>>& values) {
  if (sampler_ && values.size() >= TpeSampler::kStartup) {
    std::vector<FoundTrial> trials = Proposed(values);
    if (!trials.empty()) return trials;
  }
  return Random();
}

/// The next random point that was not given before. There is one: the space has as many as are
/// given altogether.
std::vector<FoundTrial> TpeEntry::Random() {
  if (!random_.IsSampled()) return Add({});
  const Dimension& sampled = random_.dimensions.front();
  std::vector<FoundTrial> trials;
  while (trials.empty() && next_random_ < size_) {
    std::vector<Value> row;
    for (size_t i = 0; i < sampled.axes.size(); ++i) row.push_back(sampled.At(i, next_random_));
    ++next_random_;
    trials = Add(row);
  }
  return trials;
}

std::vector<FoundTrial> TpeEntry::Proposed(const std::vector<std::optional<double>>& values) {
  const Dimension& sampled = random_.dimensions.front();
  for (const ParzenPoint& candidate : sampler_->Propose(points_, values, points_.size())) {
    std::vector<Value> row;
    for (size_t i = 0; i < sampled.axes.size(); ++i) row.push_back(sampled.At(i, 0));
    for (size_t i = 0; i < modelled_.size(); ++i) {
      row[modelled_[i]] = numbers_[i].ValueOf(candidate[i]);
    }
    std::vector<FoundTrial> trials = Add(row);
    if (!trials.empty()) return trials;
  }
  return {};
}

/// The trials of the point that has these values of the sampled axes; none where it is none of the
/// space, or was given before.
std::vector<FoundTrial> TpeEntry::Add(const std::vector<Value>& row) {
  auto& rows = block_.dimensions.front().rows;
  uint64_t place = 0;
  if (random_.IsSampled()) {
    place = rows.size();
    rows.push_back(row);
  }
  if (!walk_)
    walk_.emplace(space_.config(), *block_.scheduler, *block_.optimizer, block_.dimensions);
  if (random_.IsSampled()) walk_->MoveTo(place);
  const uint64_t length = block_.GridPoints();
  std::vector<FoundTrial> trials;
  try {
    trials = finder_.Read(*walk_, place * length, length).trials;
  } catch (const ConfigError&) {
    trials.clear();
  }
  const bool is_new = !trials.empty() && groups_.insert(trials.front().group_id).second;
  if (!is_new) {
    if (random_.IsSampled()) rows.pop_back();
    return {};
  }
  points_.push_back(PointOf(row));
  return trials;
}

ParzenPoint TpeEntry::PointOf(const std::vector<Value>& row) const {
  ParzenPoint point;
  for (size_t i = 0; i < modelled_.size(); ++i) {
    point.push_back(numbers_[i].NumberOf(row[modelled_[i]]));
  }
  return point;
}

Trial TpeEntry::TrialOf(const FoundTrial& found) const {
  return lrsweep::TrialOf(space_.config(), block_, found);
}

}  // namespace lrsweep
