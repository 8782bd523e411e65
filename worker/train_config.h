// A trial's parameters as training needs them: typed and checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "params/value.h"

namespace lrsweep {

/// torch.optim's SGD, Adam and AdamW, with their formulas.
enum class OptimizerType { kSgd, kAdam, kAdamW };

struct TrainConfig {
  std::vector<int64_t> hidden;  // widths of the hidden layers, from the input; each at least 1
  int64_t epochs = 0;           // at least 1
  int64_t batch_size = 0;       // at least 1; the last batch of an epoch may be shorter
  uint64_t seed = 0;            // as in torch.manual_seed
  OptimizerType optimizer = OptimizerType::kSgd;
  double lr = 0;            // the optimizer's; 0 where the schedule overrides it
  double momentum = 0;      // of SGD; betas[0] of Adam and AdamW; 0 where it is overridden
  double weight_decay = 0;  // added to the gradient, by AdamW taken from the weights themselves
  double dampening = 0;     // of SGD's momentum
  bool nesterov = false;    // SGD's variant, which PyTorch allows with momentum and no dampening
  double beta2 = 0.999;     // betas[1] of Adam and AdamW
  double eps = 1e-8;        // of Adam and AdamW
  Map scheduler;            // the trial's `scheduler` section, for BuildSchedule

  /// Optimizer steps of one epoch over `train_images` images.
  int64_t StepsPerEpoch(int64_t train_images) const {
    return (train_images + batch_size - 1) / batch_size;
  }
};

/// Reads a trial's complete parameters. Throws std::invalid_argument naming the parameter that is
/// missing or out of range: the coordinator has checked them, but a message may be damaged.
TrainConfig ToTrainConfig(const Map& params);

}  // namespace lrsweep
