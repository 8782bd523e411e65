// A worker's process: takes the coordinator's commands from its channel, trains, reports.
#pragma once

#include "sweep/messages/channel.h"
#include "trial/executor.h"

namespace lrsweep {

/// Trains the packs that it is given until the coordinator tells it to end. Ends the process where
/// the channel is broken.
///
/// Where its executor becomes unusable the worker says why, to the coordinator and on stderr, and
/// returns at once if the channel survives deaths. If not, it waits until it is told to end: the
/// end of one process would end all of them.
void RunWorkerProcess(Channel& channel, const MakeExecutor& make);

}  // namespace lrsweep
