// The workers of one machine as forks of the coordinator, each with a socket to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "sweep/messages/channel.h"

namespace lrsweep {

/// A coordinator that is stopped for hours must not cost its workers all memory, and one that
/// records more slowly than they train must be able to stop them in time.
inline constexpr size_t kMostKept = 64UL << 20;

/// Forks `workers` processes, at least one, and returns in each process its end of the channel: in
/// the calling one the coordinator's, in the others a worker's. To be called early: before there is
/// a thread, an open database, or a library that does not survive a fork (CUDA).
///
/// The coordinator learns at once that a worker has ended, and how, after all that it had sent. A
/// worker dies with the coordinator. At its end, or in Leave, the coordinator's channel waits for
/// its workers, which should have been told to end (ShutDownWorkers); those that have not ended
/// after `end_limit`, or are stopped, are killed.
///
/// A worker waits where it has `most_kept` bytes to send that do not leave. `has_gpu`: this process
/// could train on one. Throws ResourceError where there cannot be so many processes or open files;
/// no worker is left then.
std::unique_ptr<Channel> ForkWorkers(int64_t workers, bool has_gpu,
                                     Channel::Clock::duration end_limit = std::chrono::seconds(5),
                                     size_t most_kept = kMostKept);

}  // namespace lrsweep
