// A trial's parameters as training needs them: typed and checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "params/value.h"

namespace lrsweep {

struct TrainConfig {
  std::vector<int64_t> hidden;  // widths of the hidden layers, from the input; each at least 1
  int64_t epochs = 0;           // at least 1
  int64_t batch_size = 0;       // at least 1; the last batch of an epoch may be shorter
  uint64_t seed = 0;            // as in torch.manual_seed
  double lr = 0;                // the optimizer's; 0 where the schedule overrides it
  double momentum = 0;          // likewise
  double weight_decay = 0;      // torch.optim.SGD's, as are
  double dampening = 0;         // its dampening
  bool nesterov = false;        // and Nesterov's momentum, which PyTorch allows without dampening
  Map scheduler;                // the trial's `scheduler` section, for BuildSchedule

  /// Optimizer steps of one epoch over `train_images` images.
  int64_t StepsPerEpoch(int64_t train_images) const {
    return (train_images + batch_size - 1) / batch_size;
  }
};

/// Reads a trial's complete parameters. Throws std::invalid_argument naming the parameter that is
/// missing or out of range: the coordinator checked them before, so this guards the wire.
TrainConfig ToTrainConfig(const Map& params);

}  // namespace lrsweep
