// What a search decides from values: trials to train, and points that go on to a higher budget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trial/trial.h"

namespace lrsweep {

/// A trial that a search has decided to train. Its place in the search is fixed before anything is
/// trained, so that it does not depend on the order of results.
struct DecidedTrial {
  Trial trial;
  int64_t number = 0;  // distinct in a search
  std::string point;   // group_id of the point's full-length trials
  int64_t budget = 0;  // epochs that the trial is granted; 0: the search has no budgets
  int64_t rung = 0;    // from 0, the lowest budget
  int64_t bracket = 0;
};

struct Decided {
  std::vector<DecidedTrial> trials;
  std::vector<std::string> promoted;  // ids of trials whose point goes on to a higher budget
  std::vector<std::string> dropped;   // ids of groups that get no more seeds: a race has shown them
                                      //   to be behind
};

}  // namespace lrsweep
