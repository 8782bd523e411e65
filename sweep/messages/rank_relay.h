// An MPI rank that does not train itself: it passes messages on between the coordinator and its
// worker, a process that it has forked. So a trial that kills its worker kills no rank, and with it
// the whole job of an MPI without recovery.
#pragma once

#include <cstddef>
#include <memory>

#include "sweep/messages/channel.h"

namespace lrsweep {

/// Bytes that the worker may have to send (ForkWorkers): it must not train far ahead of what the
/// rank has sent, or it could not be stopped in time.
inline constexpr size_t kMostKeptForRelay = 256UL << 10;

/// Passes messages on until the coordinator tells the worker to end, and the worker has ended. A
/// worker that ends before is reported (WorkerGone), and the rank stays. `coordinator` is the
/// rank's channel, `worker` the one to its only worker (ForkWorkers). Ends the process where
/// `coordinator` is broken.
void RelayMessages(Channel& coordinator, Channel& worker);

/// For the worker: its channel to such a rank, as a channel that has the rank's place in the sweep.
/// Waits for the rank to tell it. Ends the process where the rank is gone.
std::unique_ptr<Channel> AtPlaceOfRank(std::unique_ptr<Channel> rank);

}  // namespace lrsweep
