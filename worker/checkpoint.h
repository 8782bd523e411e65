// A trial's resume point as bytes, for keeping and sending.
//
// Layout, all numbers little-endian: "lrswckpt"; u64 version (1); u64 epochs_done; u64 steps; then
// five vectors, each a u64 count and its elements: parameters, momentum, second_moment (float32),
// random (bytes), heard (float64). Nothing follows. The bytes carry no checksum: whoever keeps them
// keeps their SHA-256 beside them.
#pragma once

#include <string>
#include <string_view>

#include "worker/trial_runner.h"

namespace lrsweep {

std::string EncodeCheckpoint(const ResumePoint& point);

/// Throws std::invalid_argument for bytes that EncodeCheckpoint of this version cannot have made.
/// Whether the vectors fit a model is for Restore to say.
ResumePoint DecodeCheckpoint(std::string_view bytes);

}  // namespace lrsweep
