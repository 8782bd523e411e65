// The messages between coordinator and workers, as bytes: MessagePack maps, in which real
// numbers are IEEE 754 and every field has a name. message.cc lists each message's fields.
//
//   to a worker
//   {"v": 7, "type": "setup", "engine", "dataset_folder", "dataset_map", "dataset_map_sha256",
//    "dataset_sha256": text, "draws_held_back": bool, "validation_images", "workers", "pack_size":
//    int, "checkpoint_seconds", "silence_seconds": real, "program": null or {"command", "swept",
//    "metrics": [text, ...], "steps_per_epoch": int, "gpus", "timeout_seconds", "grace_seconds":
//    real, "keep_checkpoints", "resumes_exactly": bool, "trials_folder": text}}
//   {"v": 7, "type": "pack", "trials": [{"trial_id": text, "params": map, "checkpoint":
//    binary (empty: none), "checkpoint_of": text, "epochs_done", "until": int, "branch_epochs":
//    [int, ...], "metric_history": binary of float64}, ...]}  at least one
//   {"v": 7, "type": "end", "trial_id": text}  end that trial when its epoch ends; ignored where
//    the worker does not have the trial
//   {"v": 7, "type": "stop"}      hold every trial when its epoch ends, start no other
//   {"v": 7, "type": "shutdown"}  end at once
//   {"v": 7, "type": "alive"}     the coordinator is there
//
//   to the coordinator
//   {"v": 7, "type": "ready", "host", "device", "engine", "cpu_target", "device_id": text,
//    "pack_size": int}
//   {"v": 7, "type": "refused", "host", "reason": text}
//   {"v": 7, "type": "progress", "trial_id": text, "epoch", "steps_done": int, "loss", "lr": real}
//   {"v": 7, "type": "epoch", "trial_id": text, "epoch", "steps_done": int,
//    "losses": binary of float32, "lr", "momentum": binary of float64 (one value, or one a step),
//    "metrics": {name: real, ...}, "wall_seconds": real, "diverged": bool}
//   {"v": 7, "type": "checkpoint", "trial_id": text, "epoch": int, "sha256": text, "data": binary}
//   {"v": 7, "type": "ended", "trial_id", "state", "error": text, "unasked": bool}
//
// Binary fields are little-endian arrays without a header. All ranks of a run are the same
// program, so a message of another version is an error and is not translated.
#pragma once

#include <cstdint>
#include <variant>

#include "sweep/coordinator/worker_pool.h"
#include "sweep/messages/channel.h"

namespace lrsweep {

struct Stop {};
struct Shutdown {};
struct Alive {};
using Command = std::variant<WorkerSetup, PackTask, EndTrial, Stop, Shutdown, Alive>;

/// Throws std::runtime_error for bytes that are no message of this version.
Bytes Encode(const Command& command);
Command DecodeCommand(const Bytes& bytes);

/// The worker's number is not sent: `worker` is the rank that the bytes came from.
Bytes Encode(const Event& event);
Event DecodeEvent(const Bytes& bytes, int64_t worker);

}  // namespace lrsweep
