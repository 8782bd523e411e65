#include "sweep/coordinator/trial_queue.h"

#include <algorithm>
#include <utility>

#include "sweep/coordinator/pack_compatibility.h"

namespace lrsweep {
namespace {

// Trials made before their turn while a pack is filled: some hundred bytes each.
constexpr size_t kLookAhead = 1024;

}  // namespace

int64_t EpochsOf(const Trial& trial) {
  return std::get<int64_t>(*Find(trial.params, "training.epochs"));
}

TrialQueue::TrialQueue(size_t count, std::function<Trial(size_t)> trial_at)
    : count_(count), trial_at_(std::move(trial_at)) {}

/// Makes the next trial, unless enough are made or none is left.
bool TrialQueue::ReadNext() {
  if (next_ == count_ || waiting_.size() >= kLookAhead) return false;
  waiting_.push_back({trial_at_(next_++), "", false});
  return true;
}

Pack TrialQueue::Take(int64_t size, int64_t epochs) {
  if (waiting_.empty()) ReadNext();
  Entry first = std::move(waiting_.front());
  waiting_.pop_front();
  Pack pack;
  pack.push_back(std::move(first.trial));
  if (first.alone || size == 1) return pack;
  const std::string key = PackKey(pack.front().params);
  epochs -= EpochsOf(pack.front());
  for (size_t i = 0; static_cast<int64_t>(pack.size()) < size; ++i) {
    if (i == waiting_.size() && !ReadNext()) break;
    Entry& entry = waiting_[i];
    if (entry.alone) continue;
    if (entry.key.empty()) entry.key = PackKey(entry.trial.params);
    if (entry.key != key) continue;
    epochs -= EpochsOf(entry.trial);
    if (epochs < 0) break;
    pack.push_back(std::move(entry.trial));
    waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(i--));
  }
  return pack;
}

void TrialQueue::GiveBack(Trial trial) { waiting_.push_front({std::move(trial), "", false}); }

void TrialQueue::TryAlone(Trial trial) {
  const auto behind_its_like = std::find_if_not(waiting_.begin(), waiting_.end(),
                                                [](const Entry& entry) { return entry.alone; });
  waiting_.insert(behind_its_like, {std::move(trial), "", true});
}

}  // namespace lrsweep
