// Counter-based random numbers: the n-th number of a stream without those before it.
#pragma once

#include <cstdint>

namespace lrsweep {

/// 64 random bits: the number `counter` of the stream `key`. SplitMix64 (Steele, Lea and Flood,
/// 2014), which adds a constant to its state for each number, and mixes the state.
inline uint64_t RandomBits(uint64_t key, uint64_t counter) {
  uint64_t mixed = key + (counter + 1) * 0x9E3779B97F4A7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return mixed ^ (mixed >> 31);
}

}  // namespace lrsweep
