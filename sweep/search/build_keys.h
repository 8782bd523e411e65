// Which schedules of a space have to be built to know that all can be built.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "sweep/search/search_space.h"

namespace lrsweep {

/// Whether a Formula or another library's name reads the entry's values: whether its schedule can
/// be built is known only once it is.
bool IsOpaque(const Entry& scheduler);

/// Whether the values of an axis can decide that a schedule of the entry cannot be built for one
/// run, but for another. Numbers of ticks can, and so can whatever a Formula or another library's
/// name reads. Other reals cannot: types hold them against their ranges and one another, whatever
/// the run, and a space has no point where that fails.
bool DecidesBuild(const Entry& scheduler, const Axis& axis);

/// Sorts the trials of a space by the values of these axes. A space of sampled rates has few such
/// values, so that most of its schedules need not be built to be checked.
class BuildKeys {
 public:
  /// The space must outlive it.
  explicit BuildKeys(const SearchSpace& space);

  /// The key of a trial. Trials of one key have schedules that can be built for the same runs. Keys
  /// count from 0 in the order in which they are asked for first. It is cheap: it creates no trial.
  size_t Of(size_t index);
  /// How many keys there are so far.
  size_t size() const { return size_; }

 private:
  /// What counts of one block's axes.
  struct OfBlock {
    std::vector<std::vector<size_t>> axes;          // of each of its dimensions, by index
    std::unordered_map<std::string, size_t> known;  // keys, by the values
  };

  const SearchSpace& space_;
  std::vector<OfBlock> blocks_;  // as in the space
  size_t size_ = 0;
};

}  // namespace lrsweep
