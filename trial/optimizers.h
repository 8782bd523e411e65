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

/// The one of that name, or nullptr.
const OptimizerKind* FindOptimizer(const std::string& name);

/// The one that an `optimizer` section is of, SGD where it does not say. Throws
/// std::invalid_argument for an unknown type.
const OptimizerKind& OptimizerOf(const Map& optimizer);

/// Refuses what contradicts itself, as PyTorch does: Nesterov's momentum without momentum or with
/// dampening. A momentum that is absent is the schedule's. Throws std::invalid_argument that begins
/// with the parameter's name.
void CheckOptimizer(const Map& optimizer);

/// What a schedule that cycles the momentum moves: SGD's `momentum`, or `betas[0]`, at the start of
/// the trial; 0 where the schedule overrides it. `params` are the trial's.
double MomentumOf(const Map& params);

/// Takes what the schedule overrides, "optimizer.lr" or "optimizer.momentum", out of the trial's
/// parameters: it is no part of the trial. Of `betas` the first becomes null.
void OverrideOptimizer(Map& params, const std::string& path);

}  // namespace lrsweep
