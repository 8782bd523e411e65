// A trial's checkpoint: the state from which a partly trained trial resumes, and its bytes.
//
// Layout, all numbers little-endian: "lrswckpt"; u64 version (1); u64 epochs_done; u64 steps; then
// five vectors, each a u64 count and its elements: parameters, momentum, second_moment (float32),
// random (bytes), metric_history (float64). Nothing follows. The bytes carry no checksum: the
// database and the messages keep their SHA-256 beside them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "worker/engine.h"

namespace lrsweep {

/// State from which a partly trained trial resumes.
struct ResumePoint {
  TrainingState state;      // after `epochs_done` epochs, by the same engine
  int64_t epochs_done = 0;  // at least 1, less than the trial's epochs
  /// The metric that the trial's schedule follows, after each of these epochs; empty for a schedule
  /// that follows none.
  std::vector<double> metric_history;
};

std::string EncodeCheckpoint(const ResumePoint& point);

/// Throws std::invalid_argument for bytes that EncodeCheckpoint of this version cannot have made.
/// Whether the vectors fit a model is checked by Restore.
ResumePoint DecodeCheckpoint(std::string_view bytes);

}  // namespace lrsweep
