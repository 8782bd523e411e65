// The optimizers that a trial may have, as in torch.optim: their parameters and defaults.
#pragma once

#include <string>
#include <vector>

#include "params/parameter.h"

namespace lrsweep {

struct OptimizerKind {
  std::string name;                   // PyTorch's
  std::vector<Parameter> parameters;  // `type` first
};

/// SGD, Adam and AdamW, in this order. Defaults are PyTorch's and part of what a trial's id means:
/// they never change.
const std::vector<OptimizerKind>& OptimizerKinds();

/// The optimizer of that name, or nullptr.
const OptimizerKind* FindOptimizer(const std::string& name);

/// The optimizer that an `optimizer` section names under `type`, SGD where it names none. Throws
/// std::invalid_argument for an unknown type.
const OptimizerKind& OptimizerOf(const Map& optimizer);

/// Refuses contradictions, as PyTorch does: Nesterov's momentum without momentum or with dampening.
/// A momentum that is absent is set by the schedule. Throws std::invalid_argument that begins with
/// the parameter's name.
void CheckOptimizer(const Map& optimizer);

/// The momentum at the start of the trial, which some schedules cycle: SGD's `momentum` or Adam's
/// `betas[0]`; 0 where the schedule overrides it. `params` are the trial's.
double MomentumOf(const Map& params);

/// Removes a parameter that the schedule overrides ("optimizer.lr", "optimizer.momentum") from the
/// trial's, since it is no part of the trial's identity. Where the momentum is the first of
/// `betas`, that becomes null.
void OverrideOptimizer(Map& params, const std::string& path);

}  // namespace lrsweep
