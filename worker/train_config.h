// A trial's parameters as the engines take them: typed and checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "params/value.h"

namespace lrsweep {

/// torch.optim's SGD, Adam and AdamW, with their formulas.
enum class OptimizerType { kSgd, kAdam, kAdamW };

/// What one training of the built-in model needs besides the data. Fields of another optimizer than
/// `optimizer` are ignored.
struct TrainConfig {
  std::vector<int64_t> hidden;  // widths of the hidden layers, from the input; each at least 1
  int64_t epochs = 0;           // at least 1
  int64_t batch_size = 0;       // at least 1; the last batch of an epoch may be shorter
  uint64_t seed = 0;            // as in torch.manual_seed
  OptimizerType optimizer = OptimizerType::kSgd;
  double lr = 0;            // the optimizer's rate; 0 if the schedule overrides it
  double momentum = 0;      // SGD's, or betas[0] of Adam and AdamW; 0 if the schedule overrides it
  double weight_decay = 0;  // times the weights, added to the gradient; AdamW's is decoupled
  double dampening = 0;     // SGD: of the momentum
  bool nesterov = false;    // SGD: needs momentum without dampening, as in PyTorch
  double beta2 = 0.999;     // Adam and AdamW: betas[1]
  double eps = 1e-8;        // Adam and AdamW
  Map scheduler;            // the trial's `scheduler` section, for BuildSchedule

  /// Returns the number of optimizer steps of one epoch over `train_images` images.
  int64_t StepsPerEpoch(int64_t train_images) const {
    return (train_images + batch_size - 1) / batch_size;
  }
};

/// Converts a trial's complete parameters. Throws std::invalid_argument that names the parameter
/// that is missing or out of range. The coordinator has checked them already; this guards against
/// damaged messages.
TrainConfig ToTrainConfig(const Map& params);

}  // namespace lrsweep
