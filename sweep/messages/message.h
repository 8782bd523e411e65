// The messages between coordinator and workers, as bytes:
//
//   u32     the size of the map
//   map     MessagePack, in which real numbers are IEEE 754 and every field has a name; of a binary
//           field its number of bytes. message.cc lists each message's fields.
//   binary  the bytes of the binary fields, one after another, in the order of message.cc. So a
//           state is copied once by who writes it and once by who reads it.
//
//   to a worker
//   {"v": 8, "type": "setup", "engine", "dataset_folder", "dataset_map", "dataset_map_sha256",
//    "dataset_sha256": text, "draws_held_back": bool, "validation_images", "workers", "pack_size":
//    int, "checkpoint_seconds", "silence_seconds": real, "program": null or {"command", "swept",
//    "metrics": [text, ...], "steps_per_epoch": int, "gpus", "timeout_seconds", "grace_seconds":
//    real, "keep_checkpoints", "resumes_exactly": bool, "trials_folder": text}}
//   {"v": 8, "type": "pack", "trials": [{"trial_id": text, "params": map, "checkpoint":
//    binary (empty: none), "checkpoint_of": text, "epochs_done", "until": int, "branch_epochs":
//    [int, ...], "metric_history": binary of float64}, ...]}  at least one
//   {"v": 8, "type": "end", "trial_id": text}  end that trial when its epoch ends; ignored where
//    the worker does not have the trial
//   {"v": 8, "type": "stop"}      hold every trial when its epoch ends, start no other
//   {"v": 8, "type": "shutdown"}  end at once
//   {"v": 8, "type": "alive"}     the coordinator is there
//
//   to the coordinator
//   {"v": 8, "type": "ready", "host", "device", "engine", "cpu_target", "device_id": text,
//    "pack_size": int}
//   {"v": 8, "type": "refused", "host", "reason": text}
//   {"v": 8, "type": "progress", "trial_id": text, "epoch", "steps_done": int, "loss", "lr": real}
//   {"v": 8, "type": "epoch", "trial_id": text, "epoch", "steps_done": int,
//    "losses": binary of float32, "lr", "momentum": binary of float64 (one value, or one a step),
//    "metrics": {name: real, ...}, "wall_seconds": real, "diverged": bool}
//   {"v": 8, "type": "checkpoint", "trial_id": text, "epoch": int, "sha256": text, "data": binary}
//   {"v": 8, "type": "ended", "trial_id", "state", "error": text, "unasked": bool}
//
// Numbers outside the map are little-endian, and a binary field has no header. All ranks of a run
// are the same program, so a message of another version is an error and is not translated.
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
/// As the command, without a copy of its states.
Bytes Encode(const PackTask& pack);
Command DecodeCommand(const Bytes& bytes);

/// The worker's number is not sent: `worker` is the rank that the bytes came from.
Bytes Encode(const Event& event);
Event DecodeEvent(const Bytes& bytes, int64_t worker);

}  // namespace lrsweep
