// Comparison of two records of one trial, bit by bit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "results/store.h"

namespace lrsweep {

/// A number that differs between the two.
struct Difference {
  int64_t epoch = 0;             // from 1
  std::optional<int64_t> step;   // of the trial, from 0; none for a number of the epoch
  std::string what;              // "loss", "lr", "momentum", "train_loss", "val_loss", ...
  double first = 0, second = 0;  // NaN for what was NaN or infinite

  /// |second - first|; infinite where one of them is NaN.
  double Size() const;
};

struct BitComparison {
  std::string metric = kValAccuracy;  // that final_value is of
  int64_t epochs = 0, steps = 0;      // compared
  int64_t epochs_that_differ = 0;     // in a number of the epoch's own, wall_seconds left out
  int64_t steps_that_differ = 0;
  std::optional<Difference> earliest;
  std::optional<Difference> greatest;     // of the losses
  std::optional<Difference> final_value;  // of the metric after the last epoch, if it differs

  bool Differs() const { return earliest.has_value(); }
};

/// Adds an epoch of both. Where either has no steps, steps are not compared; where either has no
/// `test_*`, as in databases of lrsweep 0.1.0, neither are these. Losses of steps are
/// compared as floats, which they were when trained, all else as doubles. NaN equals NaN.
void CompareEpoch(const EpochRow& first, std::span<const StepRow> first_steps,
                  const EpochRow& second, std::span<const StepRow> second_steps,
                  BitComparison& comparison);

/// The steps of one epoch (an index of `epochs`) among all steps of the trial; empty where steps
/// are not recorded.
std::span<const StepRow> StepsOf(const std::vector<EpochRow>& epochs, size_t epoch,
                                 const std::vector<StepRow>& steps);

}  // namespace lrsweep
