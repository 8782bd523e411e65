// Measures what a race (analysis/statistics/race.h) promises: how often the best group is dropped,
// how often one is left alone, and what share of the training is saved.
//
//   race [RACES]                 races of simulated groups
//   race RACES DATABASE ...      races of the groups of recorded sweeps: of the four and eight
//   best,
//                                and of all; their seeds are drawn with replacement
//
// Of equal groups any is the best: then the first one is watched. Recorded groups are also made
// equal, by taking their means off, and then the one that scatters most is watched.
#include "analysis/statistics/race.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "analysis/groups.h"
#include "analysis/statistics/summary.h"
#include "results/store.h"

namespace lrsweep {
namespace {

constexpr int64_t kRounds = 12;

using Values = std::vector<std::vector<double>>;  // groups, rounds
using Generator = std::mt19937_64;

double Uniform(Generator& random) { return std::ldexp(static_cast<double>(random() >> 11), -53); }

double Normal(Generator& random) {
  return std::sqrt(-2 * std::log(1 - Uniform(random))) *
         std::cos(2 * std::numbers::pi * Uniform(random));
}

/// Student's t of three degrees of freedom.
double HeavyTailed(Generator& random) {
  double squares = 0;
  for (int i = 0; i < 3; ++i) squares += std::pow(Normal(random), 2);
  return Normal(random) / std::sqrt(squares / 3);
}

/// Draws a race in which the first group is the best, or as good as any.
using Draw = std::function<Values(size_t groups, Generator& random)>;

/// Groups whose means and noise are functions of their index; a seed moves all of them together.
Draw Simulated(const std::function<double(size_t group, size_t groups)>& mean,
               const std::function<double(size_t group, Generator& random)>& noise) {
  return [mean, noise](size_t groups, Generator& random) {
    Values values(groups);
    std::vector<double> seeds(kRounds);
    for (double& seed : seeds) seed = Normal(random);
    for (size_t group = 0; group < groups; ++group) {
      for (const double seed : seeds) {
        values[group].push_back(mean(group, groups) + noise(group, random) + seed);
      }
    }
    return values;
  };
}

/// Seeds of recorded groups, which are sorted: the best first.
Draw Resampled(Values recorded) {
  return [recorded = std::move(recorded)](size_t groups, Generator& random) {
    Values values(groups);
    for (int64_t round = 0; round < kRounds; ++round) {
      const size_t seed = random() % recorded.front().size();
      for (size_t group = 0; group < groups; ++group) {
        values[group].push_back(recorded[group][seed]);
      }
    }
    return values;
  };
}

void Measure(const std::string& name, const Draw& draw, const std::vector<size_t>& sizes,
             int64_t races) {
  for (const size_t groups : sizes) {
    Generator random(groups);
    const RaceRules rules{.rounds = kRounds};
    int64_t dropped = 0, alone = 0, trained = 0;
    for (int64_t race = 0; race < races; ++race) {
      const RaceState state = FollowRace(draw(groups, random), rules);
      dropped += state.left_after.front() > 0 ? 1 : 0;
      alone += state.Remaining().size() == 1 ? 1 : 0;
      for (const int64_t left : state.left_after) trained += left > 0 ? left : state.rounds;
    }
    const auto share = [](int64_t part, int64_t whole) {
      return 100 * static_cast<double>(part) / static_cast<double>(whole);
    };
    const int64_t whole = races * static_cast<int64_t>(groups) * kRounds;
    fmt::print("{:44} {:6} {:12.1f} {:10.1f} {:10.1f}\n", name, groups, share(dropped, races),
               share(alone, races), 100 - share(trained, whole));
    std::fflush(stdout);
  }
}

void MeasureSimulated(int64_t races) {
  const auto equal = [](size_t /*group*/, size_t /*groups*/) { return 0.0; };
  const auto normal = [](size_t /*group*/, Generator& random) { return Normal(random); };
  const std::vector<size_t> sizes = {2, 4, 10, 30, 100};
  Measure("equal", Simulated(equal, normal), sizes, races);
  Measure("equal, t noise of 3 degrees",
          Simulated(equal, [](size_t, Generator& random) { return HeavyTailed(random); }), sizes,
          races);
  Measure("equal, every 20th run 10 sd too low",
          Simulated(equal,
                    [](size_t, Generator& random) {
                      return Normal(random) - (Uniform(random) < 0.05 ? 10 : 0);
                    }),
          sizes, races);
  Measure(
      "equal, one scatters 10 times more",
      Simulated(equal, [](size_t group,
                          Generator& random) { return Normal(random) * (group == 0 ? 10 : 1); }),
      sizes, races);
  Measure(
      "equal, another one scatters 10 times more",
      Simulated(equal, [](size_t group,
                          Generator& random) { return Normal(random) * (group == 1 ? 10 : 1); }),
      sizes, races);
  Measure("equal, sd from 1/4 to 4, the first's 4",
          Simulated(equal,
                    [](size_t group, Generator& random) {
                      return Normal(random) * std::exp2(2 - static_cast<double>(group % 5));
                    }),
          sizes, races);
  Measure("one is ahead by 1 sd",
          Simulated([](size_t group, size_t) { return group == 0 ? 0.0 : -1.0; }, normal), sizes,
          races);
  Measure("one is ahead by 3 sd",
          Simulated([](size_t group, size_t) { return group == 0 ? 0.0 : -3.0; }, normal), sizes,
          races);
  Measure("half an sd apart",
          Simulated([](size_t group, size_t) { return -0.5 * static_cast<double>(group); }, normal),
          sizes, races);
}

Values Recorded(const std::string& path) {
  const Store store = Store::Open(path);
  const Objective objective = store.Sweep().objective;
  Values values;
  for (const RankedGroup& group : RankGroups(store, objective)) {
    if (!group.IsSound() || group.unfinished > 0) continue;
    values.emplace_back();
    for (const Repetition& one : group.repetitions) {
      values.back().push_back(objective.mode == "min" ? -*one.value : *one.value);
    }
  }
  return values;
}

void MeasureRecorded(const std::string& path, int64_t races) {
  const Values recorded = Recorded(path);
  std::vector<size_t> sizes = {4, 8, recorded.size()};
  Measure(path + ", the best", Resampled(recorded), sizes, races);

  Values centred = recorded;
  std::vector<double> spread(centred.size());
  for (std::vector<double>& group : centred) {
    const double mean = Summarize(group).mean;
    for (double& value : group) value -= mean;
  }
  std::sort(centred.begin(), centred.end(),
            [](const auto& a, const auto& b) { return *Summarize(a).sd > *Summarize(b).sd; });
  Measure(path + ", made equal", Resampled(centred), sizes, races);
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  const int64_t races = argc > 1 ? std::atoll(argv[1]) : 1'000;
  if (races < 1) {
    fmt::print(stderr, "usage: race [RACES] [DATABASE ...]\n");
    return 2;
  }
  fmt::print("{} races each, 12 seeds, 95% confidence\n\n", races);
  fmt::print("{:44} {:>6} {:>12} {:>10} {:>10}\n", "", "groups", "best dropped", "one left",
             "saved");
  if (argc < 3) lrsweep::MeasureSimulated(races);
  for (int i = 2; i < argc; ++i) lrsweep::MeasureRecorded(argv[i], races);
}
