// Runs the search of a configuration with sampler `tpe` by values from standard input: prints
// "NUMBER PARAMS" of every trial that is decided, as JSON, and reads "NUMBER VALUE" of each.
//
//   search_loop FILE
//
// Reads all values of the trials that are decided before it decides any further ones, so that a
// round is proposed as late as can be: from the values of all rounds but the one before it.
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "sweep/config/sweep_config.h"
#include "sweep/search/search_space.h"
#include "sweep/search/tpe/tpe_plan.h"

namespace {

using namespace lrsweep;  // NOLINT(google-build-using-namespace)

void Loop(const char* file) {
  const SearchSpace space(LoadSweepConfig(file));
  TpePlan plan(space);
  SearchPlan::Step step = plan.Begin();
  while (!step.trials.empty()) {
    for (const DecidedTrial& one : step.trials) {
      std::cout << one.number << ' ' << ToJson(one.trial.params) << '\n';
    }
    std::cout << std::flush;
    const size_t count = step.trials.size();
    step = {};
    for (size_t i = 0; i < count; ++i) {
      int64_t number = 0;
      double value = 0;
      if (!(std::cin >> number >> value)) throw std::runtime_error("a value is missing");
      SearchPlan::Step next = plan.OnValue(number, value);
      for (DecidedTrial& one : next.trials) step.trials.push_back(std::move(one));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: search_loop FILE\n");
    return 2;
  }
  try {
    Loop(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "search_loop: %s\n", error.what());
    return 1;
  }
  return 0;
}
