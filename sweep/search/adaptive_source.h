// Trials of a search that decides by values which trials come next, and how far they are trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sweep/search/search_plan.h"
#include "sweep/search/trial_source.h"
#include "trial/program.h"

namespace lrsweep {

class AdaptiveSource : public TrialSource {
 public:
  /// The stored result of a trial at a budget (0: its length); none where it is still to be
  /// trained.
  using Results = std::function<std::optional<StoredResult>(const Trial& trial, int64_t budget)>;

  /// Follows the plan, as far as `results` leads.
  AdaptiveSource(std::unique_ptr<SearchPlan> plan, Results results);

  /// Lets trials whose first epoch is the same follow one another, of those that were decided
  /// together. To be called before the first Next. `images` as in ClockOf.
  void GatherShared(int64_t images, std::optional<ProgramSpec> program = {}) {
    images_ = images;
    program_ = std::move(program);
  }

  std::vector<Decision> Begin() override;
  std::optional<Trial> Next() override;
  bool NextMayShare() const override { return next_ < group_.size() && next_ > 0; }
  Decided TakeDecided() override;
  int64_t BudgetOf(const Trial& trial) const override;
  int64_t UntilOf(const Trial& trial) const override;
  int64_t size() const override {
    return static_cast<int64_t>(known_.size()) + plan_->StillToCome().trials;
  }
  int64_t epochs_left() const override { return epochs_left_ + plan_->StillToCome().epochs; }
  std::optional<Trial> Find(const std::string& trial_id) const override;
  std::vector<Decision> OnEnd(const Trial& trial, TrialState state,
                              const std::optional<double>& value) override;

 private:
  struct Known {
    int64_t number = 0;
    int64_t budget = 0;  // 0: the search has no budgets
  };
  struct Waiting {
    int64_t number = 0;
    int64_t bracket = 0;
  };

  std::vector<Decision> Follow(SearchPlan::Step step);
  void Gather();

  std::unique_ptr<SearchPlan> plan_;
  Results results_;
  std::unordered_map<std::string, Known> known_;       // by trial id
  std::deque<std::vector<Waiting>> decided_together_;  // not gathered yet
  /// Groups of numbers of trials that may share epochs, by bracket: the first one has most rungs to
  /// come.
  std::map<int64_t, std::deque<std::vector<int64_t>>> groups_;
  std::vector<int64_t> group_;          // that is given now
  size_t next_ = 0;                     // position in group_
  int64_t images_ = 0;                  // 0: nothing is gathered
  std::optional<ProgramSpec> program_;  // PrefixKey
  int64_t epochs_left_ = 0;
  Decided decided_;
  std::vector<Decision> first_decisions_;
};

}  // namespace lrsweep
