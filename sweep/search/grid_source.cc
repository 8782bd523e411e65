#include "sweep/search/grid_source.h"

#include <unordered_set>

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
