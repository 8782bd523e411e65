// `search:`, what proposes the points of a sweep.
#pragma once

#include <cstdint>
#include <string>

#include "params/errors.h"

namespace lrsweep {

struct SearchSettings {
  std::string sampler = "grid";
  int64_t trials = 64;  // points of each scheduler entry with each optimizer entry; not of a grid
  int64_t seed = 0;     // of the sampler's random numbers
  Location at;          // of the section; its line is 0 where there is none

  bool IsGrid() const { return sampler == "grid"; }
};

}  // namespace lrsweep
