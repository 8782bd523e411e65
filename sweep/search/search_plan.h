// What an adaptive search decides: an interface between its rules and the source that follows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/search/trial_source.h"
#include "trial/decided.h"

namespace lrsweep {

/// Decides from values alone which trials are trained, and how far. Pure: the same values give the
/// same decisions in whatever order they come. So what it decides must not depend on a value while
/// others that count as much are not known yet.
class SearchPlan {
 public:
  virtual ~SearchPlan() = default;

  struct Step {
    /// To be trained up to their budgets, and gathered where they may share epochs. A trial that
    /// was decided before, with a lesser budget and another number, is continued.
    std::vector<DecidedTrial> trials;
    std::vector<std::string> promoted;  // as Decided::promoted
    std::vector<std::string> dropped;   // as Decided::dropped
    std::vector<Decision> ended;        // trials that wait at their budget and are trained no more
  };

  /// What is decided before there are values.
  virtual Step Begin() = 0;
  /// What follows from the value of the trial of that number at its budget; none: it failed or
  /// diverged, or has no value. Called once for each number that was decided.
  virtual Step OnValue(int64_t number, const std::optional<double>& value) = 0;
  /// What surely comes beside the trials that are decided.
  struct ToCome {
    int64_t trials = 0;  // that are not decided
    int64_t epochs = 0;  // of them, and of those that will be continued
  };
  virtual ToCome StillToCome() const { return {}; }
  /// The trial of a number that was decided.
  virtual Trial TrialAt(int64_t number) const = 0;
};

}  // namespace lrsweep
