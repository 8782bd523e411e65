// A source that decides trials by values: some are ended, or all are held at an epoch until it is
// known which half continues. What it decides follows from the values alone, so it is known
// beforehand. Trials that may share their first epochs follow one another.
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

/// The trials that Rule::kRung continues, of those that reached the rung: by the objective's value
/// there, then by id.
std::set<std::string> Survivors(const std::map<std::string, double>& values,
                                const std::string& mode);

/// The value of a curve by the objective: scopes last, best and avg.
double ValueOf(const std::vector<double>& curve, const Objective& objective);

inline constexpr const char* kDecidedReason = "decided by its values";

class DecidingSource : public TrialSource {
 public:
  /// Goes on where the store is: of trials that should have been ended already it ends those.
  DecidingSource(World& world, const SearchSpace& space, size_t trials, Store& store);

  std::optional<Trial> Next() override;
  bool NextMayShare() const override;
  int64_t UntilOf(const Trial& trial) const override { return trials_.at(trial.id).until; }
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
    std::optional<double> value{};  // at the rung
    bool is_over = false;           // completed, stopped or failed
    int64_t until = 0;
  };

  void Restore(Known& known, Store& store);
  void Give(const std::string& trial_id, int64_t until);
  int64_t FirstRung(const Trial& trial) const;
  bool IsRungComplete() const;
  std::vector<Decision> Decide();

  World& world_;
  Objective objective_;
  std::map<std::string, Known> trials_;
  std::vector<std::string> order_;  // of the space, those that may share next to one another
  std::deque<std::string> next_;
  std::string last_key_;  // PrefixKey of the trial that was given last
  int64_t epochs_left_ = 0;
  bool is_decided_ = false;  // the rung
};

}  // namespace lrsweep::simulation
