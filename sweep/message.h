// What coordinator and workers say to one another, as bytes: MessagePack maps, in which real
// numbers are IEEE 754 and every field has a name.
//
//   to a worker
//   {"v": 2, "type": "setup", "engine", "dataset_folder", "dataset_map", "dataset_sha256": text,
//    "held_back": int}
//   {"v": 2, "type": "pack", "trials": [{"trial_id": text, "params": map}, ...]}  at least one
//   {"v": 2, "type": "shutdown"}
//
//   to the coordinator
//   {"v": 2, "type": "ready", "host", "device", "engine", "cpu_target": text, "pack_size": int}
//   {"v": 2, "type": "refused", "host", "reason": text}
//   {"v": 2, "type": "progress", "trial_id": text, "epoch", "steps_done": int, "loss", "lr": real}
//   {"v": 2, "type": "epoch", "trial_id": text, "epoch", "steps_done": int,
//    "losses": binary of float32, "lr", "momentum": binary of float64 (one value, or one a step),
//    "train_loss", "val_loss", "val_accuracy", "wall_seconds": real}
//   {"v": 2, "type": "ended", "trial_id", "state", "error": text}
//
// Binary fields are little-endian arrays without a header. All ranks of a run are the same
// program, so a message of another version is an error, not something to translate.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sweep/worker_pool.h"

namespace lrsweep {

using Bytes = std::vector<uint8_t>;

struct Setup {
  std::string engine;
  std::string dataset_folder;
  std::string dataset_map;
  std::string dataset_sha256;
  int64_t held_back = 0;  // as in WorkerSetup
};
struct Shutdown {};
using Command = std::variant<Setup, PackTask, Shutdown>;

/// Throws std::runtime_error for bytes that are no message of this version.
Bytes Encode(const Command& command);
Command DecodeCommand(const Bytes& bytes);

/// The worker's number is not sent: `worker` is the rank that the bytes came from.
Bytes Encode(const Event& event);
Event DecodeEvent(const Bytes& bytes, int64_t worker);

}  // namespace lrsweep
