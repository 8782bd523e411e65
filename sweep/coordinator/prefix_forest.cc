#include "sweep/coordinator/prefix_forest.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace lrsweep {
namespace {

/// Tells the schedule the metric that it follows, if it follows one.
void Tell(const Metrics& metrics, TrialRates& rates) {
  if (rates.follows_metric()) rates.OnEpochEnd(MetricOrNan(metrics, rates.metric()));
}

}  // namespace

Sharer PrefixForest::MakeSharer(Trial trial) const {
  TrialRates rates(trial, images_);
  const int64_t until = until_of_(trial);
  return {std::move(trial), std::move(rates), until};
}

/// The epochs that two trials share at most, whatever their rates.
int64_t PrefixForest::MostShared(const Sharer& a, const Sharer& b) const {
  const int64_t until = std::min(a.until, b.until);
  const int64_t shorter = std::min(a.rates.epochs(), b.rates.epochs());
  const bool is_last_own = of_program_ && a.rates.epochs() != b.rates.epochs();
  return is_last_own ? std::min(until, shorter - 1) : until;
}

/// The epochs of a trial that are trained already, at least `epochs`.
int64_t PrefixForest::DoneBy(const Sharer& sharer, int64_t epochs) const {
  return std::max(records_.epochs_done(sharer.trial), epochs);
}

/// The one that is trained furthest now, then the longest; among equals the one that has most
/// epochs behind it, then the first.
size_t PrefixForest::ChooseTrunk(const std::vector<Sharer>& trials) const {
  const auto key = [this](const Sharer& sharer) {
    return std::make_tuple(sharer.until, sharer.rates.epochs(), DoneBy(sharer, 0));
  };
  size_t best = 0;
  for (size_t i = 1; i < trials.size(); ++i) {
    if (key(trials[i]) > key(trials[best])) best = i;
  }
  return best;
}

/// Compares the rates from the epoch after `epochs` on. Those of schedules that follow a metric are
/// known as far as the trunk was trained, and one epoch more.
PrefixForest::Shared PrefixForest::Compare(const Sharer& trunk, const Sharer& other,
                                           int64_t epochs) const {
  const bool follow_metric = trunk.rates.follows_metric() || other.rates.follows_metric();
  const int64_t end = MostShared(trunk, other);
  if (!follow_metric) {
    while (epochs < end && trunk.rates.AreEqual(other.rates, epochs + 1)) ++epochs;
    return {epochs, true};
  }
  TrialRates trunk_rates = trunk.rates, other_rates = other.rates;
  const auto done = std::min(DoneBy(trunk, epochs), end);
  const auto metrics = done > epochs ? records_.metrics(trunk.trial, done) : std::vector<Metrics>();
  while (epochs < end && trunk_rates.AreEqual(other_rates, epochs + 1)) {
    if (epochs == done) return {epochs, false};
    Tell(metrics.at(static_cast<size_t>(epochs)), trunk_rates);
    Tell(metrics.at(static_cast<size_t>(epochs)), other_rates);
    ++epochs;
  }
  return {epochs, true};
}

/// What the trial shares with the trunk that it has not trained itself; none where there is
/// nothing, or where the trunk is beyond it already.
std::optional<PrefixForest::Shared> PrefixForest::SharedBy(const Sharer& trunk, const Sharer& other,
                                                           int64_t epochs) const {
  const Shared shared = Compare(trunk, other, epochs);
  const bool has_state = shared.epochs >= DoneBy(trunk, epochs);
  const bool gains = !shared.is_all || shared.epochs > DoneBy(other, epochs);
  return has_state && gains ? std::optional(shared) : std::nullopt;
}

/// The trunks, each without its followers; a trial that follows none is one.
std::vector<PrefixForest::Trunk> PrefixForest::ChooseTrunks(std::vector<Sharer> trials,
                                                            int64_t epochs) const {
  std::vector<Trunk> trunks;
  std::vector<Sharer> followers;
  while (!trials.empty()) {
    const auto chosen = trials.begin() + static_cast<ptrdiff_t>(ChooseTrunk(trials));
    trunks.push_back({std::move(*chosen), {}});
    trials.erase(chosen);
    std::vector<Sharer> others;
    for (Sharer& other : trials) {
      const bool follows = SharedBy(trunks.back().sharer, other, epochs).has_value();
      (follows ? followers : others).push_back(std::move(other));
    }
    trials = std::move(others);
  }
  for (Sharer& follower : followers) {
    size_t best = 0;
    Shared most{.epochs = -1};
    for (size_t i = 0; i < trunks.size(); ++i) {
      const auto shared = SharedBy(trunks[i].sharer, follower, epochs);
      if (!shared || shared->epochs <= most.epochs) continue;
      best = i;
      most = shared.value();
    }
    const auto parts_after = most.is_all ? std::optional(most.epochs) : std::nullopt;
    trunks[best].followers.push_back({std::move(follower), parts_after});
  }
  return trunks;
}

std::vector<Trial> PrefixForest::Add(std::vector<Sharer> trials, int64_t epochs) {
  std::vector<Trial> to_train;
  for (Trunk& trunk : ChooseTrunks(std::move(trials), epochs)) {
    to_train.push_back(trunk.sharer.trial);
    const std::string id = trunk.sharer.trial.id;
    if (!trunk.followers.empty()) trunks_.insert_or_assign(id, std::move(trunk));
  }
  return to_train;
}

bool PrefixForest::Share(Sharer one, Sharer other, int64_t epochs) const {
  const bool follow_metric = one.rates.follows_metric() || other.rates.follows_metric();
  const std::vector<Metrics> metrics =
      follow_metric ? records_.metrics(one.trial, epochs) : std::vector<Metrics>();
  for (int64_t epoch = 1; epoch <= epochs; ++epoch) {
    if (!one.rates.AreEqual(other.rates, epoch)) return false;
    if (!follow_metric) continue;
    Tell(metrics.at(static_cast<size_t>(epoch) - 1), one.rates);
    Tell(metrics.at(static_cast<size_t>(epoch) - 1), other.rates);
  }
  return true;
}

std::vector<int64_t> PrefixForest::BranchEpochs(const std::string& trunk) const {
  const auto found = trunks_.find(trunk);
  if (found == trunks_.end()) return {};
  std::set<int64_t> epochs;
  const int64_t until = found->second.sharer.until;  // there it ends, or gives a checkpoint anyway
  for (const Follower& follower : found->second.followers) {
    const Sharer& sharer = follower.sharer;
    const int64_t last = follower.parts_after.value_or(sharer.until);
    const int64_t first = follower.parts_after.value_or(1);
    for (int64_t epoch = first; epoch <= last; ++epoch) {
      if (epoch < until && epoch < sharer.rates.epochs()) epochs.insert(epoch);
    }
  }
  return {epochs.begin(), epochs.end()};
}

/// Finds out who parts after `epoch`, of those of whom that was not known.
void PrefixForest::Part(Trunk& trunk, int64_t epoch) const {
  for (Follower& follower : trunk.followers) {
    if (follower.parts_after) continue;
    const int64_t end = MostShared(trunk.sharer, follower.sharer);
    if (epoch == end || !trunk.sharer.rates.AreEqual(follower.sharer.rates, epoch + 1)) {
      follower.parts_after = epoch;
    }
  }
}

std::vector<Sharer> PrefixForest::Resume(const std::string& trunk,
                                         const std::vector<Metrics>& ended) {
  const auto found = trunks_.find(trunk);
  if (found == trunks_.end()) return {};
  Trunk& resumed = found->second;
  resumed.sharer = MakeSharer(std::move(resumed.sharer.trial));
  for (Follower& follower : resumed.followers) {
    if (!follower.sharer.rates.follows_metric() && !resumed.sharer.rates.follows_metric()) continue;
    follower.sharer = MakeSharer(std::move(follower.sharer.trial));
    follower.parts_after.reset();
  }
  for (size_t i = 0; i < ended.size(); ++i) {
    OnEpoch(trunk, static_cast<int64_t>(i) + 1, ended[i]);
  }
  return TakeParted(trunk, static_cast<int64_t>(ended.size()));
}

void PrefixForest::OnEpoch(const std::string& trunk, int64_t epoch, const Metrics& metrics) {
  const auto found = trunks_.find(trunk);
  if (found == trunks_.end()) return;
  Tell(metrics, found->second.sharer.rates);
  for (Follower& follower : found->second.followers) Tell(metrics, follower.sharer.rates);
  Part(found->second, epoch);
}

template <typename Condition>
std::vector<Sharer> PrefixForest::Take(const std::string& trunk, const Condition& condition) {
  const auto found = trunks_.find(trunk);
  if (found == trunks_.end()) return {};
  std::vector<Sharer> taken;
  std::vector<Follower> left;
  for (Follower& follower : found->second.followers) {
    if (condition(follower)) {
      taken.push_back(std::move(follower.sharer));
    } else {
      left.push_back(std::move(follower));
    }
  }
  found->second.followers = std::move(left);
  if (found->second.followers.empty()) trunks_.erase(found);
  return taken;
}

std::vector<Sharer> PrefixForest::TakeFinished(const std::string& trunk, int64_t epoch) {
  return Take(trunk, [epoch](const Follower& follower) {
    return follower.parts_after == epoch && follower.sharer.rates.epochs() == epoch;
  });
}

std::vector<Sharer> PrefixForest::TakeHeld(const std::string& trunk, int64_t epoch) {
  return Take(trunk, [epoch](const Follower& follower) {
    return follower.parts_after == epoch && follower.sharer.until == epoch &&
           epoch < follower.sharer.rates.epochs();
  });
}

std::vector<Sharer> PrefixForest::TakeParting(const std::string& trunk, int64_t epoch) {
  return Take(trunk, [epoch](const Follower& follower) { return follower.parts_after == epoch; });
}

std::vector<Sharer> PrefixForest::TakeParted(const std::string& trunk, int64_t epoch) {
  return Take(trunk, [epoch](const Follower& follower) {
    return follower.parts_after && *follower.parts_after < epoch;
  });
}

std::vector<Sharer> PrefixForest::TakeSharing(const std::string& trunk, int64_t epoch) {
  return Take(trunk, [epoch](const Follower& follower) {
    return !follower.parts_after || *follower.parts_after >= epoch;
  });
}

std::vector<Sharer> PrefixForest::TakeAll(const std::string& trunk) {
  return Take(trunk, [](const Follower&) { return true; });
}

std::optional<Trial> PrefixForest::Remove(const std::string& trial_id) {
  for (const auto& [id, trunk] : trunks_) {
    auto taken = Take(
        id, [&trial_id](const Follower& follower) { return follower.sharer.trial.id == trial_id; });
    if (!taken.empty()) return std::move(taken.front().trial);
  }
  return std::nullopt;
}

}  // namespace lrsweep
