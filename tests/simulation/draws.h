// Random numbers of a simulated sweep: every purpose has a stream of its own, so that a sweep with
// one kind of fault less is otherwise the same.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace lrsweep::simulation {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
inline uint64_t Mixed(uint64_t number) {
  number += 0x9e3779b97f4a7c15U;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31);
}

/// `hash`, continued by `number`.
inline uint64_t Mixed(uint64_t hash, uint64_t number) { return Mixed(hash ^ Mixed(number)); }

/// `hash`, continued by the bytes of `text`.
inline uint64_t Mixed(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return Mixed(hash);
}

class Draws {
 public:
  /// The stream of `purpose`, and of `number` where there are several of them.
  Draws(uint64_t seed, std::string_view purpose, uint64_t number = 0)
      : state_(Mixed(Mixed(seed, purpose), number)) {}

  uint64_t Next() { return Mixed(state_ += 0x9e3779b97f4a7c15U); }
  /// From 0 inclusive to 1 exclusive.
  double Share() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  bool Chance(double share) { return Share() < share; }
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(Next() % static_cast<uint64_t>(most - least + 1));
  }
  /// Its logarithm is spread evenly.
  double LogBetween(double least, double most) { return least * std::pow(most / least, Share()); }

 private:
  uint64_t state_;
};

}  // namespace lrsweep::simulation
