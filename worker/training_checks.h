// What every engine asks of its data and rates before it computes, and when it ticks.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "worker/engine.h"

namespace lrsweep {

/// Throws std::invalid_argument where Engine::Start says so.
void CheckDataset(const Dataset& dataset);

/// Throws std::invalid_argument unless there is a member and all agree as Engine::StartPack asks.
void CheckPack(const std::vector<TrainConfig>& configs);

/// Throws std::invalid_argument unless both vectors hold one value or `steps`.
void CheckRates(const StepRates& rates, int64_t steps);

/// The network's widths: pixels, hidden layers, classes.
std::vector<int64_t> LayerWidths(const TrainConfig& config, const Dataset& dataset);

/// Throws TrainingInterrupted when `tick` (which may be empty) says to stop.
void Tell(const Tick& tick, const StepProgress& progress);

/// Says when the next tick is due: at the first question, then every 50 ms.
class TickClock {
 public:
  bool Due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + std::chrono::milliseconds(50);
    return true;
  }

 private:
  std::chrono::steady_clock::time_point next_;
};

}  // namespace lrsweep
