// The parameters that every trial has besides its scheduler's and its optimizer's: the tables that
// parse their sections of the configuration and give their defaults.
#pragma once

#include <string>
#include <vector>

#include "params/parameter.h"

namespace lrsweep {

struct Section {
  std::string name;  // the key in the YAML
  std::vector<Parameter> parameters;
  bool may_sweep = true;  // whether {grid: [...]} may stand in it
};

/// dataset, model, training, in this order.
const std::vector<Section>& TrialSections();

}  // namespace lrsweep
