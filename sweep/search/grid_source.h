// The simplest source of trials: every pending trial of a search space, each to its last epoch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sweep/search/search_space.h"
#include "sweep/search/trial_source.h"

namespace lrsweep {

class GridSource : public TrialSource {
 public:
  /// Gives the trials of `space` whose ids are in `pending`, in the order of the space. The space
  /// must outlive the source.
  GridSource(const SearchSpace& space, const std::vector<std::string>& pending);

  /// Lets trials whose first epoch is the same follow one another: those with the longest trial
  /// come first. To be called before the first Next. `images` as in ClockOf.
  void GatherShared(int64_t images);

  std::optional<Trial> Next() override;
  bool NextMayShare() const override;
  bool KnowsAllTrials() const override { return !may_share_.empty(); }
  int64_t size() const override { return static_cast<int64_t>(space_.size()); }
  int64_t epochs_left() const override { return epochs_left_; }
  std::optional<Trial> Find(const std::string& trial_id) const override;

 private:
  const SearchSpace& space_;
  std::vector<size_t> indices_;  // of the pending trials in the space
  std::vector<bool> may_share_;  // with the one before; empty: none does
  size_t next_ = 0;              // position in indices_
  int64_t epochs_left_ = 0;
};

}  // namespace lrsweep
