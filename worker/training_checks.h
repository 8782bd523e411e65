// What every engine shares: checks of its arguments, and when to call the tick.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "worker/engine.h"

namespace lrsweep {

/// Throws std::invalid_argument as Engine::Start documents.
void CheckDataset(const Dataset& dataset);

/// Throws std::invalid_argument unless there is at least one member and all agree, as
/// Engine::StartPack documents.
void CheckPack(const std::vector<TrainConfig>& configs);

/// Throws std::invalid_argument unless each of the two vectors holds one value or `steps` values.
void CheckRates(const StepRates& rates, int64_t steps);

/// Returns the images of `split`. Throws std::invalid_argument where there are none.
const ImageSet& ImagesOf(Split split, const Dataset& dataset);

/// Returns the network's widths: pixels, hidden layers, classes.
std::vector<int64_t> LayerWidths(const TrainConfig& config, const Dataset& dataset);

/// Calls `tick`, which may be empty. Throws TrainingInterrupted if it returns false.
void CallTick(const Tick& tick, const StepProgress& progress);

/// Tells when to call the tick: at the first question, then every 50 ms.
class TickClock {
 public:
  bool IsDue() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + std::chrono::milliseconds(50);
    return true;
  }

 private:
  std::chrono::steady_clock::time_point next_;
};

}  // namespace lrsweep
