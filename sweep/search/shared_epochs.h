// How much of a sweep's training several trials have in common, found before anything is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/search/halving_plan.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

/// Epochs of trials, and how many of them are different ones.
struct EpochCount {
  std::string scheduler;  // of an entry of `scheduler`: its type
  int64_t epochs = 0;
  int64_t to_train = 0;  // that differ in a parameter of the trial, or in a rate until then
};

struct SharedEpochs {
  EpochCount all;
  std::vector<EpochCount> by_entry;  // in the order of `scheduler`, each by itself
  /// A schedule follows a metric: what its trials share is known only while they are trained. Here
  /// those of different parameters share their first epoch at most, so `to_train` is the most.
  bool is_most = false;
};

/// Counts the epochs of a space whose trials may share them; `images` as in ClockOf. Of a program,
/// as many are to be trained where it saves a checkpoint after each epoch, and more where not. None
/// where counting would take long: more than 30 million steps of different schedules.
std::optional<SharedEpochs> CountSharedEpochs(const SearchSpace& space, int64_t images);

/// The same of trials of a plan, by their numbers, up to their budgets. Those of schedules that
/// follow a metric count as in SharedEpochs::is_most.
std::optional<EpochCount> CountSharedEpochs(const SearchSpace& space, const HalvingPlan& plan,
                                            const std::vector<int64_t>& numbers, int64_t images);

/// What has to be known of a program whose trials share epochs: which of its arguments make them
/// differ.
std::vector<std::string> SharingNotes(const SweepConfig& config);

}  // namespace lrsweep
