#include "sweep/search/grid_source.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "sweep/search/prefix.h"

namespace lrsweep {

GridSource::GridSource(const SearchSpace& space, const std::vector<std::string>& pending)
    : space_(space) {
  const std::unordered_set<std::string> ids(pending.begin(), pending.end());
  indices_.reserve(ids.size());
  for (size_t i = 0; i < space.size(); ++i) {
    if (ids.count(space.IdAt(i)) == 0) continue;
    indices_.push_back(i);
    epochs_left_ += space.EpochsAt(i);
  }
}

void GridSource::GatherShared(int64_t images) {
  struct Group {
    int64_t longest = 0;
    std::vector<size_t> indices;
  };
  std::vector<Group> groups;
  std::unordered_map<size_t, size_t> group_of;  // by key
  for (const size_t index : indices_) {
    const size_t key = FirstEpochKey(space_.At(index), images, space_.config().program);
    const auto [found, is_new] = group_of.try_emplace(key, groups.size());
    if (is_new) groups.emplace_back();
    Group& group = groups[found->second];
    group.longest = std::max(group.longest, space_.EpochsAt(index));
    group.indices.push_back(index);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.longest > b.longest; });
  indices_.clear();
  for (const Group& group : groups) {
    for (const size_t index : group.indices) {
      may_share_.push_back(index != group.indices.front());
      indices_.push_back(index);
    }
  }
}

bool GridSource::NextMayShare() const { return next_ < may_share_.size() && may_share_[next_]; }

std::optional<Trial> GridSource::Next() {
  if (next_ == indices_.size()) return std::nullopt;
  const size_t index = indices_[next_++];
  epochs_left_ -= space_.EpochsAt(index);
  return space_.At(index);
}

std::optional<Trial> GridSource::Find(const std::string& trial_id) const {
  for (size_t i = 0; i < space_.size(); ++i) {
    if (space_.IdAt(i) == trial_id) return space_.At(i);
  }
  return std::nullopt;
}

}  // namespace lrsweep
