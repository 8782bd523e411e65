#include "sweep/coordinator/trial_queue.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

// Trials taken from the source to fill packs: some hundred bytes each.
constexpr size_t kMaximumWaiting = 1024;
constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::max();

}  // namespace

/// The next trial of the source, and those that may share its first epochs.
std::vector<Trial> TrialQueue::TakeTogether() {
  std::vector<Trial> together;
  do {
    std::optional<Trial> next = source_.Next();
    if (!next) break;
    together.push_back(std::move(*next));
  } while (admit_ && source_.NextMayShare());
  return together;
}

/// Takes trials from the source, unless enough wait here or the source has none.
bool TrialQueue::ReadNext() {
  if (waiting_.size() >= kMaximumWaiting) return false;
  std::vector<Trial> next;
  while (next.empty()) {
    next = TakeTogether();
    if (next.empty()) return false;
    if (admit_) next = admit_(std::move(next));
  }
  for (Trial& trial : next) {
    const bool is_alone = alone_.count(trial.id) > 0;
    AddBehind(std::move(trial), is_alone);
  }
  return true;
}

/// The index of the first waiting trial that may be taken. What the source has yet may come before
/// what waits.
std::optional<size_t> TrialQueue::FindNext(const Filter& may_take) {
  while (epochs_left_ && ReadNext()) continue;
  for (size_t i = 0; i < waiting_.size() || ReadNext(); ++i) {
    if (!may_take || may_take(waiting_[i].trial)) return i;
  }
  return std::nullopt;
}

Pack TrialQueue::Take(int64_t size, int64_t epochs, const Filter& may_take) {
  const auto next = static_cast<ptrdiff_t>(FindNext(may_take).value());
  Entry first = std::move(waiting_[static_cast<size_t>(next)]);
  waiting_.erase(waiting_.begin() + next);
  Pack pack;
  pack.push_back(std::move(first.trial));
  if (first.is_alone || size == 1) return pack;
  const std::string key = PackKey(pack.front().params);
  epochs -= source_.UntilOf(pack.front());
  for (size_t i = 0; static_cast<int64_t>(pack.size()) < size; ++i) {
    if (i == waiting_.size() && !ReadNext()) break;
    Entry& entry = waiting_[i];
    if (entry.is_alone || (may_take && !may_take(entry.trial))) continue;
    if (entry.key.empty()) entry.key = PackKey(entry.trial.params);
    if (entry.key != key) continue;
    epochs -= source_.UntilOf(entry.trial);
    if (epochs < 0) break;
    pack.push_back(std::move(entry.trial));
    waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(i--));
  }
  return pack;
}

void TrialQueue::AddBehind(Trial trial, bool is_alone) {
  const int64_t epochs_left = EpochsLeftOf(trial);
  const auto place = std::partition_point(
      waiting_.begin(), waiting_.end(),
      [epochs_left](const Entry& entry) { return entry.epochs_left >= epochs_left; });
  waiting_.insert(place, {std::move(trial), "", is_alone, epochs_left});
}

void TrialQueue::Add(Trial trial) { AddBehind(std::move(trial), false); }

void TrialQueue::Release(Trial trial) {
  const int64_t epochs_left = EpochsLeftOf(trial);
  const auto place = std::partition_point(
      waiting_.begin(), waiting_.end(),
      [epochs_left](const Entry& entry) { return entry.epochs_left > epochs_left; });
  waiting_.insert(place, {std::move(trial), "", false, epochs_left});
}

void TrialQueue::Requeue(Trial trial) {
  waiting_.push_front({std::move(trial), "", false, kBeforeAll});
}

void TrialQueue::RequeueAlone(Trial trial) {
  const auto is_returned_alone = [](const Entry& entry) {
    return entry.is_alone && entry.epochs_left == kBeforeAll;
  };
  const auto place = std::find_if_not(waiting_.begin(), waiting_.end(), is_returned_alone);
  waiting_.insert(place, {std::move(trial), "", true, kBeforeAll});
}

std::optional<Trial> TrialQueue::Remove(const std::string& trial_id) {
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(),
                   [&trial_id](const Entry& entry) { return entry.trial.id == trial_id; });
  if (found == waiting_.end()) return std::nullopt;
  Trial trial = std::move(found->trial);
  waiting_.erase(found);
  return trial;
}

}  // namespace lrsweep
