// A source that decides trials by values: some are ended, or all are held at an epoch until it is
// known which half continues. What it decides follows from the values alone, so it is known
// beforehand.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/store.h"
#include "sweep/search/search_space.h"
#include "sweep/search/trial_source.h"
#include "tests/simulation/training.h"
#include "tests/simulation/world.h"

namespace lrsweep::simulation {

/// Whether Rule::kEnds ends a trial of so many epochs after this one.
bool IsEndedBy(const EpochRecord& record, int64_t epochs);

/// The trials that Rule::kRung continues, of those that reached the rung: by value, then by id.
std::set<std::string> Survivors(const std::map<std::string, double>& values);

inline constexpr const char* kDecidedReason = "decided by its values";

class DecidingSource : public TrialSource {
 public:
  /// Goes on where the store is: of trials that should have been ended already it ends those.
  DecidingSource(World& world, const SearchSpace& space, size_t trials, Store& store);

  std::optional<Trial> Next() override;
  int64_t size() const override { return static_cast<int64_t>(trials_.size()); }
  int64_t epochs_left() const override { return epochs_left_; }
  std::optional<Trial> Find(const std::string& trial_id) const override;
  std::vector<Decision> OnEpoch(const Trial& trial, const EpochRecord& record) override;
  std::vector<Decision> OnEnd(const Trial& trial, TrialState state,
                              const std::optional<double>& value) override;

 private:
  /// What is known of a trial of the space.
  struct Known {
    Trial trial;
    std::optional<double> value;  // at the rung
    bool is_over = false;         // completed, stopped or failed
    bool is_waiting = false;      // held, or pending at the rung since an earlier run
  };

  void Restore(Known& known, Store& store);
  void Give(const std::string& trial_id);
  bool HasReached(const Known& known) const;
  bool IsRungComplete() const;
  std::vector<Decision> Decide();

  World& world_;
  std::map<std::string, Known> trials_;
  std::vector<std::string> order_;  // of the space
  std::deque<std::string> next_;
  int64_t epochs_left_ = 0;
  bool is_decided_ = false;  // the rung
  std::set<std::string> survivors_;
};

}  // namespace lrsweep::simulation
