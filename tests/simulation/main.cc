// Simulates sweeps with every kind of fault, one for each seed, and checks how they end.
//
//   simulation [--seeds N] [--seed S]            N sweeps from seed S on (1,000 from 1)
//              [--seconds T]                     no new one after so long
//              [--folder F]                      for databases; a file system in memory is fast
//              [--without KIND,...] [--faults N] [--trials N] [--workers N] [--packs N]
//                                                plays less of each sweep; a search has all
//                                                its trials
//              [--history]                       prints what happened; with --list the whole of it
//              [--list]                          goes on after a sweep that ends wrong
//              [--first-only]                    prints one line of the first such sweep
//              [--all-kinds]                     fails where something has never happened
//
// Prints how often which fault happened. For a sweep that ends wrong it prints the seed, what is
// wrong, and the shortest history that it finds; the exit status is then 1.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/simulation/shrink.h"
#include "tests/simulation/sweep.h"

namespace lrsweep::simulation {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  uint64_t seeds = 1'000;
  uint64_t seed = 1;
  double seconds = 1e9;
  std::string folder = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string();
  Limits limits;
  bool history = false;
  bool lists = false, first_only = false, all_kinds = false;
};

uint32_t KindsOf(const std::string& names) {
  uint32_t kinds = 0;
  for (size_t from = 0; from < names.size();) {
    const size_t comma = std::min(names.find(',', from), names.size());
    const std::string name = names.substr(from, comma - from);
    size_t kind = 0;
    while (kind < kFaults && NameOf(static_cast<Fault>(kind)) != name) ++kind;
    if (kind == kFaults) throw std::invalid_argument("there is no kind of fault called " + name);
    kinds |= 1U << kind;
    from = comma + 1;
  }
  return kinds;
}

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--history") {
      arguments.history = true;
      continue;
    }
    if (name == "--list") {
      arguments.lists = true;
      continue;
    }
    if (name == "--first-only") {
      arguments.first_only = true;
      continue;
    }
    if (name == "--all-kinds") {
      arguments.all_kinds = true;
      continue;
    }
    if (++i == argc) throw std::invalid_argument(name + " needs a value");
    const std::string value = argv[i];
    if (name == "--seeds") {
      arguments.seeds = std::stoull(value);
    } else if (name == "--seed") {
      arguments.seed = std::stoull(value);
    } else if (name == "--seconds") {
      arguments.seconds = std::stod(value);
    } else if (name == "--folder") {
      arguments.folder = value;
    } else if (name == "--without") {
      arguments.limits.without = KindsOf(value);
    } else if (name == "--faults") {
      arguments.limits.faults = std::stoll(value);
    } else if (name == "--trials") {
      arguments.limits.trials = std::stoll(value);
    } else if (name == "--workers") {
      arguments.limits.workers = std::stoll(value);
    } else if (name == "--packs") {
      arguments.limits.packs = std::stoll(value);
    } else {
      throw std::invalid_argument("unknown option " + name);
    }
  }
  return arguments;
}

void PrintFailure(const Scenario& scenario, const Limits& limits, const SweepResult& result) {
  fmt::print("seed {}: {}\n", scenario.seed, *result.violation);
  fmt::print("  again: simulation{} --history\n", WordsOf(scenario.seed, limits));
  for (const std::string& line : result.history) fmt::print("  {}\n", line);
  std::fflush(stdout);
}

/// What must happen, beside every kind of fault.
constexpr const char* kEvents[] = {
    "assignments in a pack",
    "assignments with a checkpoint",
    "dismissals",
    "events of workers that are lost",
    "exclusions",
    "messages lost with their worker",
    "orders to end",
    "prefetched assignments",
    "promoted trials",
    "sweeps by TPE",
    "sweeps continued without their search",
    "trials begun anew",
    "trials dropped by a race",
    "trials ended by a pruner",
    "trials stopped with a checkpoint",
    "writes lost in a power cut",
};

/// How many of the things that must happen did not, each with a line.
int64_t CountMissing(const Counts& counts) {
  int64_t missing = 0;
  const auto require = [&](std::string_view what) {
    if (counts.find(what) != counts.end()) return;
    ++missing;
    fmt::print("never happened: {}\n", what);
  };
  for (size_t kind = 0; kind < kFaults; ++kind) require(NameOf(static_cast<Fault>(kind)));
  for (const char* event : kEvents) require(event);
  return missing;
}

int Main(const Arguments& arguments) {
  const auto started = std::chrono::steady_clock::now();
  const auto seconds = [&started] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  };
  std::string folder = arguments.folder + "/lrsweep-simulation-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder " + folder);
  Counts counts;
  double simulated = 0;
  uint64_t done = 0;
  int64_t failed = 0;
  const auto goes_on = [&] {
    return done < arguments.seeds && seconds() < arguments.seconds &&
           (failed == 0 || arguments.lists);
  };
  for (; goes_on(); ++done) {
    const Scenario scenario = MakeScenario(arguments.seed + done);
    SweepResult result = Simulate(scenario, arguments.limits, folder, arguments.history);
    for (const auto& [what, count] : result.counts) counts[what] += count;
    simulated += result.simulated_seconds;
    if (arguments.history && (arguments.lists || !result.violation)) {
      for (const std::string& line : result.history) fmt::print("  {}\n", line);
    }
    if (!result.violation) continue;
    ++failed;
    if (arguments.first_only) {
      fmt::print("found in sweep {:4}, {:.1f} s: {}\n", done + 1, seconds(), *result.violation);
    }
    if (arguments.lists) {
      fmt::print("seed {}: {}\n", scenario.seed, *result.violation);
    }
    if (arguments.lists || arguments.first_only) continue;
    const Limits limits = Shrink(scenario, arguments.limits, folder);
    result = Simulate(scenario, limits, folder, true);
    if (!result.violation) throw std::logic_error("a sweep does not repeat");
    PrintFailure(scenario, limits, result);
  }
  fs::remove_all(folder);
  if (arguments.first_only) {
    if (failed == 0) fmt::print("NOT FOUND in {} sweeps\n", done);
    return failed > 0 ? 1 : 0;
  }
  fmt::print("{} sweeps in {:.1f} s, {:.1f} simulated days\n", done, seconds(), simulated / 86'400);
  for (const auto& [what, count] : counts) fmt::print("  {}: {}\n", what, count);
  if (arguments.all_kinds) failed += CountMissing(counts);
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace lrsweep::simulation

int main(int argc, char** argv) {
  try {
    return lrsweep::simulation::Main(lrsweep::simulation::Parse(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "simulation: {}\n", error.what());
    return 2;
  }
}
