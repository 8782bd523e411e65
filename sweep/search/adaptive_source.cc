#include "sweep/search/adaptive_source.h"

#include <iterator>
#include <utility>

#include "sweep/search/prefix.h"

namespace lrsweep {

AdaptiveSource::AdaptiveSource(std::unique_ptr<SearchPlan> plan, Results results)
    : plan_(std::move(plan)), results_(std::move(results)) {
  first_decisions_ = Follow(plan_->Begin());
}

std::vector<Decision> AdaptiveSource::Begin() { return std::exchange(first_decisions_, {}); }

Decided AdaptiveSource::TakeDecided() { return std::exchange(decided_, {}); }

/// Takes over what was decided, and what follows from the results that are stored already.
std::vector<Decision> AdaptiveSource::Follow(SearchPlan::Step step) {
  std::vector<Decision> ended;
  std::deque<SearchPlan::Step> steps;
  steps.push_back(std::move(step));
  for (; !steps.empty(); steps.pop_front()) {
    SearchPlan::Step now = std::move(steps.front());
    for (const DecidedTrial& one : now.trials) {
      known_.insert_or_assign(one.trial.id, Known{one.number, one.budget});
    }
    std::vector<Waiting> together;
    for (const DecidedTrial& one : now.trials) {
      if (const auto stored = results_(one.trial, one.budget)) {
        steps.push_back(plan_->OnValue(one.number, stored->value));
        continue;
      }
      together.push_back({one.number, one.bracket});
      epochs_left_ += UntilOf(one.trial);
    }
    if (!together.empty()) decided_together_.push_back(std::move(together));
    std::move(now.trials.begin(), now.trials.end(), std::back_inserter(decided_.trials));
    std::move(now.promoted.begin(), now.promoted.end(), std::back_inserter(decided_.promoted));
    std::move(now.dropped.begin(), now.dropped.end(), std::back_inserter(decided_.dropped));
    std::move(now.ended.begin(), now.ended.end(), std::back_inserter(ended));
  }
  return ended;
}

/// Puts the trials that were decided together into groups.
void AdaptiveSource::Gather() {
  for (const std::vector<Waiting>& together : decided_together_) {
    struct Group {
      int64_t bracket = 0;
      std::vector<int64_t> numbers;
    };
    std::vector<Group> groups;
    std::unordered_map<size_t, size_t> group_of;  // by key
    for (const Waiting& one : together) {
      size_t index = groups.size();
      if (images_ > 0) {
        const size_t key = FirstEpochKey(plan_->TrialAt(one.number), images_, program_);
        index = group_of.try_emplace(key, index).first->second;
      }
      if (index == groups.size()) groups.push_back({one.bracket, {}});
      groups[index].numbers.push_back(one.number);
    }
    for (Group& group : groups) groups_[group.bracket].push_back(std::move(group.numbers));
  }
  decided_together_.clear();
}

std::optional<Trial> AdaptiveSource::Next() {
  Gather();
  if (next_ == group_.size()) {
    if (groups_.empty()) return std::nullopt;
    const auto first = groups_.begin();
    group_ = std::move(first->second.front());
    next_ = 0;
    first->second.pop_front();
    if (first->second.empty()) groups_.erase(first);
  }
  Trial trial = plan_->TrialAt(group_[next_++]);
  epochs_left_ -= UntilOf(trial);
  return trial;
}

int64_t AdaptiveSource::BudgetOf(const Trial& trial) const {
  const auto found = known_.find(trial.id);
  return found == known_.end() ? 0 : found->second.budget;
}

int64_t AdaptiveSource::UntilOf(const Trial& trial) const {
  const int64_t budget = BudgetOf(trial);
  return budget > 0 ? budget : EpochsOf(trial);
}

std::optional<Trial> AdaptiveSource::Find(const std::string& trial_id) const {
  const auto found = known_.find(trial_id);
  if (found == known_.end()) return std::nullopt;
  return plan_->TrialAt(found->second.number);
}

std::vector<Decision> AdaptiveSource::OnEnd(const Trial& trial, TrialState /*state*/,
                                            const std::optional<double>& value) {
  const auto found = known_.find(trial.id);
  if (found == known_.end()) return {};
  return Follow(plan_->OnValue(found->second.number, value));
}

}  // namespace lrsweep
