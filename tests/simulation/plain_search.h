// What an adaptive search comes to by the formula alone: rung by rung, and round by round, from
// values that are all known beforehand. The plans of sweep/search are not asked; of `tpe` the
// points are its proposals, and the rounds are counted here.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sweep/search/search_space.h"
#include "tests/simulation/scenario.h"
#include "trial/trial.h"

namespace lrsweep::simulation {

/// A trial that the search trains, with its row's place in the search at the end.
struct Searched {
  Trial trial;
  int64_t number = 0;
  std::string point;  // empty, and no budget: there is no pruner
  int64_t budget = 0, rung = 0, bracket = 0;
  bool promoted = false;
  bool dropped = false;   // with its group
  bool is_ended = false;  // after its budget, since its point did not go on
};

/// The trials of the search that the space's configuration asks for, by id.
std::map<std::string, Searched> PlainSearch(const SearchSpace& space, const Scenario& scenario);

}  // namespace lrsweep::simulation
