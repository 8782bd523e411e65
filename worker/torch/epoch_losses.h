// The losses of an epoch: those of the images on the device, those of the steps on the host.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "worker/torch/epoch_orders.h"

namespace lrsweep {

/// Averages the losses of the images of each batch, on the host and in parts: what has been fetched
/// is averaged while the device trains on. Not thread-safe.
class EpochLosses {
 public:
  explicit EpochLosses(const Batches& batches) : batches_(batches) {}

  /// Begins an epoch of this many members. `table`, on the device, gets the images' losses: float32
  /// [steps, columns]; a row holds the members' batches one after the other, from its first column.
  void Begin(size_t members, at::Tensor table);

  /// Copies the losses of the steps before `end` from the device, which must have done them.
  void Fetch(int64_t end);

  /// The member's mean loss at the last of these steps. Valid until Average.
  float Last(size_t member) const { return Mean(end_ - 1, member); }

  /// Averages what has been fetched.
  void Average();

  /// Returns the mean losses of all steps averaged, by member.
  std::vector<std::vector<float>> Take() { return std::move(means_); }

 private:
  float Mean(int64_t step, size_t member) const;

  Batches batches_;
  at::Tensor table_;
  at::Tensor fetched_;                     // on the host: rows of table_ from step first_ on
  int64_t first_ = 0, end_ = 0;            // the steps of fetched_, not yet averaged
  std::vector<std::vector<float>> means_;  // by member, of the steps before first_
};

}  // namespace lrsweep
