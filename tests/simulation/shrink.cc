#include "tests/simulation/shrink.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

#include "tests/simulation/sweep.h"

namespace lrsweep::simulation {
namespace {

constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

class Shrinking {
 public:
  Shrinking(const Scenario& scenario, Limits limits, const std::filesystem::path& folder)
      : scenario_(scenario), limits_(limits), folder_(folder) {}

  Limits Result() {
    // What is gone may make more superfluous: again, until nothing changes.
    for (bool changes = true; changes;) {
      changes = false;
      for (uint32_t kind = 0; kind < kFaults; ++kind) {
        Limits less = limits_;
        less.without |= 1U << kind;
        changes = (less.without != limits_.without && Takes(less)) || changes;
      }
      for (int64_t Limits::*part :
           {&Limits::trials, &Limits::workers, &Limits::packs, &Limits::faults}) {
        changes = Lower(part) || changes;
      }
    }
    return limits_;
  }

 private:
  /// Takes `less` if the sweep still ends wrong.
  bool Takes(const Limits& less) {
    if (!Simulate(scenario_, less, folder_).violation) return false;
    limits_ = less;
    return true;
  }

  /// By halves, then by ones.
  bool Lower(int64_t Limits::*part) {
    const int64_t before = limits_.*part;
    if (before == kNoLimit && !FindStart(part)) return false;
    const int64_t least = part == &Limits::faults ? 0 : 1;
    for (int64_t step = limits_.*part / 2; step > 0;) {
      Limits less = limits_;
      less.*part -= step;
      if (less.*part < least || !Takes(less)) step /= 2;
    }
    return limits_.*part != before;
  }

  /// The smallest power of two that is a limit without effect.
  bool FindStart(int64_t Limits::*part) {
    for (int64_t limit = 1; limit < 1'000'000; limit *= 2) {
      Limits less = limits_;
      less.*part = limit;
      if (Takes(less)) return true;
    }
    return false;
  }

  const Scenario& scenario_;
  Limits limits_;
  const std::filesystem::path& folder_;
};

}  // namespace

Limits Shrink(const Scenario& scenario, Limits limits, const std::filesystem::path& folder) {
  return Shrinking(scenario, limits, folder).Result();
}

std::string WordsOf(uint64_t seed, const Limits& limits) {
  std::string words = fmt::format(" --seeds 1 --seed {}", seed);
  std::vector<std::string_view> without;
  for (size_t kind = 0; kind < kFaults; ++kind) {
    if (limits.without >> kind & 1U) without.push_back(NameOf(static_cast<Fault>(kind)));
  }
  if (!without.empty()) words += fmt::format(" --without {}", fmt::join(without, ","));
  const auto add = [&words](const char* name, int64_t limit) {
    if (limit != kNoLimit) words += fmt::format(" --{} {}", name, limit);
  };
  add("faults", limits.faults);
  add("trials", limits.trials);
  add("workers", limits.workers);
  add("packs", limits.packs);
  return words;
}

}  // namespace lrsweep::simulation
