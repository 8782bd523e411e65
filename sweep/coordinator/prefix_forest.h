// Trials that wait for another one, because its first epochs are theirs as well.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sweep/search/prefix.h"
#include "trial/metrics.h"
#include "trial/trial.h"

namespace lrsweep {

/// A trial with the rates that it applies.
struct Sharer {
  Trial trial;
  TrialRates rates;
  int64_t until = 0;  // the epoch to which it is trained now: its length, or where it is held
};

/// Trials of equal PrefixKeys are one training as long as they apply the same rates: then one of
/// them, the trunk, is trained, and the others follow it. A follower parts from its trunk at the
/// end of the last epoch that they share, or where it is held. Those that part together may share
/// more: one of them is the next trunk, the others follow that one. So what is shared is found step
/// by step, and a schedule that follows a metric is handled as any other one.
///
/// What a user's program does in a trial's last epoch, such as a test, is shared by trials of equal
/// length alone. Its rows may leave out epochs, and its checkpoints come when it saves them.
class PrefixForest {
 public:
  /// What is recorded of a trial.
  struct Records {
    /// The epoch of its own checkpoint, 0 without one.
    std::function<int64_t(const Trial& trial)> epochs_done;
    /// The metrics of its first `epochs` epochs; those of one that has no row are empty.
    std::function<std::vector<Metrics>(const Trial& trial, int64_t epochs)> metrics;
  };

  /// `images` as in ClockOf. `until_of`: Sharer::until. `of_program`: the trials are runs of a
  /// user's program.
  PrefixForest(int64_t images, Records records,
               std::function<int64_t(const Trial&)> until_of = EpochsOf, bool of_program = false)
      : images_(images),
        records_(std::move(records)),
        until_of_(std::move(until_of)),
        of_program_(of_program) {}

  Sharer MakeSharer(Trial trial) const;

  /// Takes trials of equal PrefixKeys that share at least their first `epochs` epochs, in the order
  /// of the search space. Returns the trunks among them, which are to be trained; the others follow
  /// the trunk with which they share most. No follower is trained further than its trunk. A trial
  /// that has a checkpoint behind the point where it parts from a trunk needs none.
  std::vector<Trial> Add(std::vector<Sharer> trials, int64_t epochs);

  /// Whether both are the same training for their first `epochs` epochs, which `one` has done.
  bool Share(Sharer one, Sharer other, int64_t epochs) const;

  bool HasFollowers(const std::string& trunk) const { return trunks_.count(trunk) > 0; }

  /// The epochs after which a checkpoint of the trunk is needed, in ascending order: where
  /// followers part, or may part, and have epochs left.
  std::vector<int64_t> BranchEpochs(const std::string& trunk) const;

  /// The trunk resumes after epochs with these metrics, from the first one on. Returns followers
  /// that parted from it before: their state is gone.
  std::vector<Sharer> Resume(const std::string& trunk, const std::vector<Metrics>& ended);

  /// The trunk has ended an epoch. Call it once for each, in order.
  void OnEpoch(const std::string& trunk, int64_t epoch, const Metrics& metrics);

  /// Takes the followers whose last epoch this one of the trunk is.
  std::vector<Sharer> TakeFinished(const std::string& trunk, int64_t epoch);
  /// Takes the followers that are held after this epoch of the trunk.
  std::vector<Sharer> TakeHeld(const std::string& trunk, int64_t epoch);
  /// Takes the followers that part from the trunk after this epoch.
  std::vector<Sharer> TakeParting(const std::string& trunk, int64_t epoch);
  /// Takes the followers that have parted from the trunk before this epoch.
  std::vector<Sharer> TakeParted(const std::string& trunk, int64_t epoch);
  /// Takes the followers that share this epoch of the trunk.
  std::vector<Sharer> TakeSharing(const std::string& trunk, int64_t epoch);
  /// Takes all followers of a trunk that is not trained any more.
  std::vector<Sharer> TakeAll(const std::string& trunk);
  /// Takes out a trial that follows another one.
  std::optional<Trial> Remove(const std::string& trial_id);

 private:
  struct Follower {
    Sharer sharer;
    std::optional<int64_t> parts_after;  // the last epoch that it shares; none: not known yet
  };
  struct Trunk {
    Sharer sharer;
    std::vector<Follower> followers;
  };

  /// How many epochs a trial shares with a trunk.
  struct Shared {
    int64_t epochs = 0;   // at least so many
    bool is_all = false;  // exactly so many
  };

  int64_t MostShared(const Sharer& a, const Sharer& b) const;
  int64_t DoneBy(const Sharer& sharer, int64_t epochs) const;
  size_t ChooseTrunk(const std::vector<Sharer>& trials) const;
  std::vector<Trunk> ChooseTrunks(std::vector<Sharer> trials, int64_t epochs) const;
  std::optional<Shared> SharedBy(const Sharer& trunk, const Sharer& other, int64_t epochs) const;
  Shared Compare(const Sharer& trunk, const Sharer& other, int64_t epochs) const;
  void Part(Trunk& trunk, int64_t epoch) const;
  template <typename Condition>
  std::vector<Sharer> Take(const std::string& trunk, const Condition& condition);

  int64_t images_;
  Records records_;
  std::function<int64_t(const Trial&)> until_of_;
  bool of_program_;
  std::map<std::string, Trunk> trunks_;  // that have followers, by trial id
};

}  // namespace lrsweep
