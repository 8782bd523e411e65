#include "sweep/coordinator/worker_load.h"

#include <algorithm>
#include <utility>

namespace lrsweep {
namespace {

// Prefetched packs bridge the time from a trial's end until the coordinator's answer to it arrives:
// at most two polls of 10 ms.
constexpr double kPrefetchSeconds = 0.02;
constexpr size_t kMaximumPrefetched = 64;
// The measured time follows a change within some ten trials.
constexpr double kNewWeight = 0.125;

}  // namespace

int64_t WorkerLoad::LongestEpochs(const Pack& pack) const {
  int64_t longest = 0;
  for (const Trial& trial : pack) longest = std::max(longest, until_of_(trial));
  return longest;
}

bool WorkerLoad::CanAccept(int64_t fair_share) const {
  if (is_idle()) return true;
  if (2 * work_ >= fair_share || prefetched_.size() >= kMaximumPrefetched) return false;
  const int64_t epochs = EpochsUntilIdle();
  if (prefetched_.empty() && epochs <= 1) return true;
  return epoch_seconds_ && static_cast<double>(epochs) * *epoch_seconds_ < kPrefetchSeconds;
}

/// Its packs run one after another, each as long as its longest trial.
int64_t WorkerLoad::EpochsUntilIdle() const {
  int64_t longest = 0;
  for (const auto& [id, member] : training_) longest = std::max(longest, member.EpochsLeft());
  return longest + prefetched_epochs_;
}

void WorkerLoad::HandOut(Pack pack) {
  for (const Trial& trial : pack) work_ += until_of_(trial);
  prefetched_epochs_ += LongestEpochs(pack);
  prefetched_.push_back(std::move(pack));
}

Pack WorkerLoad::BeginNext(TimePoint now) {
  Pack pack = std::move(prefetched_.front());
  prefetched_.pop_front();
  prefetched_epochs_ -= LongestEpochs(pack);
  for (const Trial& trial : pack) training_[trial.id] = {until_of_(trial)};
  began_ = now;
  return pack;
}

void WorkerLoad::OnResume(const std::string& trial_id, int64_t epochs) {
  Member& member = training_.at(trial_id);
  member.resumed_after = member.epochs_done = epochs;
  work_ -= epochs;
}

bool WorkerLoad::HasPrefetched(const std::string& trial_id) const {
  return std::any_of(prefetched_.begin(), prefetched_.end(), [&trial_id](const Pack& pack) {
    return std::any_of(pack.begin(), pack.end(),
                       [&trial_id](const Trial& trial) { return trial.id == trial_id; });
  });
}

void WorkerLoad::OnEpoch(const std::string& trial_id, int64_t epoch) {
  Member& member = training_.at(trial_id);
  work_ -= epoch - member.epochs_done;
  member.epochs_done = epoch;
}

bool WorkerLoad::OnEnd(const std::string& trial_id, bool completed, TimePoint now) {
  const auto found = training_.find(trial_id);
  const Member& member = found->second;
  work_ -= member.EpochsLeft();
  // The time of a trial that ended early predicts nothing.
  if (completed) Measure(std::max<int64_t>(member.until - member.resumed_after, 1), now);
  training_.erase(found);
  return training_.empty();
}

void WorkerLoad::Measure(int64_t epochs, TimePoint now) {
  const double seconds =
      std::chrono::duration<double>(now - began_).count() / static_cast<double>(epochs);
  epoch_seconds_ =
      epoch_seconds_ ? *epoch_seconds_ + kNewWeight * (seconds - *epoch_seconds_) : seconds;
}

}  // namespace lrsweep
