// How much memory a training takes, for the error of one that gets none. Pure, but for the size of
// this machine's memory.
#pragma once

#include <cstdint>
#include <string>

#include "data/dataset.h"
#include "worker/train_config.h"

namespace lrsweep {

/// A lower bound of what any engine allocates.
struct TrainingMemory {
  double weights = 0;        // numbers in the network
  double network_bytes = 0;  // weights, gradients or momentum, and Adam's second moment
  int64_t batch_images = 0;  // of the largest batch
  double batch_bytes = 0;    // its images, and each layer's values and their gradients

  double Bytes() const { return network_bytes + batch_bytes; }
};

TrainingMemory MemoryOf(const TrainConfig& config, const Dataset& dataset);

/// "model.hidden [4096,4096] is a network of 20037642 weights and takes at least 160 MB, a batch of
/// 64 images (training.batch_size) 1.1 MB".
std::string DescribeMemory(const TrainConfig& config, const Dataset& dataset);

/// This machine's memory with its swap space, in bytes; 0 where it is not known.
double MachineMemory();

}  // namespace lrsweep
