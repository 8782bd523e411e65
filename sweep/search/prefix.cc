#include "sweep/search/prefix.h"

#include <bit>

#include "sweep/search/trial_shape.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

bool IsSameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

/// FNV-1a over the words.
uint64_t Mix(uint64_t hash, double value) {
  return (hash ^ std::bit_cast<uint64_t>(value)) * 0x100000001b3;
}

}  // namespace

std::string PrefixKey(const Trial& trial) {
  Map params = trial.params;
  params.erase("scheduler");
  std::get<Map>(params.at("training")).erase("epochs");
  OverrideOptimizer(params, "optimizer.lr");
  OverrideOptimizer(params, "optimizer.momentum");
  return ToJson(params);
}

TrialRates::TrialRates(const Trial& trial, int64_t images) : schedule_(ScheduleOf(trial, images)) {}

bool TrialRates::AreEqual(const TrialRates& other, int64_t epoch) const {
  const int64_t steps = schedule_.clock().steps_per_epoch;
  for (int64_t step = (epoch - 1) * steps; step < epoch * steps; ++step) {
    const Rates mine = schedule_.At(step), theirs = other.schedule_.At(step);
    if (!IsSameBits(mine.lr, theirs.lr) || !IsSameBits(mine.momentum, theirs.momentum))
      return false;
  }
  return true;
}

uint64_t TrialRates::HashOf(int64_t epoch) const {
  const int64_t steps = schedule_.clock().steps_per_epoch;
  uint64_t hash = 0xcbf29ce484222325;
  for (int64_t step = (epoch - 1) * steps; step < epoch * steps; ++step) {
    const Rates rates = schedule_.At(step);
    hash = Mix(Mix(hash, rates.lr), rates.momentum);
  }
  return hash;
}

}  // namespace lrsweep
