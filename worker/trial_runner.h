// Trains a pack of trials from their parameters to their last epochs, on any engine.
#pragma once

#include <memory>

#include "data/dataset.h"
#include "trial/executor.h"
#include "worker/engine.h"

namespace lrsweep {

/// Trains every member to its end on `dataset`, from which the validation images are split off
/// already (WithValidationSet): then `val_*` are of these, and `test_*` are recorded too. A member
/// leaves the pack at the end of its last epoch, of the one in which it diverged, or of the one
/// after which the observer held or ended it; the others continue. The members agree in what
/// Engine::StartPack asks for and may differ in everything else. An epoch's wall_seconds are those
/// of the whole pack.
///
/// Throws UnusableCheckpoint before anything is trained where a checkpoint does not fit its trial
/// or the engine; TrainingInterrupted when OnProgress returned false; std::exception for what makes
/// the pack fail, without saying which member caused it. Members that have ended by then stay
/// ended.
void RunPack(const PackTask& pack, const std::shared_ptr<const Dataset>& dataset, Engine& engine,
             PackObserver& observer);

}  // namespace lrsweep
