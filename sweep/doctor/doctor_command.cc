#include "sweep/doctor/doctor_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

#include "params/errors.h"
#include "sweep/commands/output.h"
#include "sweep/commands/version.h"
#include "sweep/doctor/check.h"
#include "sweep/doctor/machine_checks.h"
#include "sweep/doctor/program_checks.h"
#include "sweep/mpi/mpi_launch.h"

namespace lrsweep {
namespace {

/// The findings of a function that gives one set of facts.
template <typename Look>
std::function<Findings()> One(Look look) {
  return [look]() -> Findings { return {FindingOf(look())}; };
}

Findings LookAtProgram() {
  std::error_code ignored;
  const auto file = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return {{"lrsweep", Health::kWorks,
           fmt::format("{}, {}, compiled by {} {}", kVersion, file.string(),
#ifdef __clang__
                       "Clang",
#else
                       "GCC",
#endif
                       __VERSION__)}};
}

/// This folder; its name may be gone.
Findings LookHere() {
  std::error_code error;
  const std::string folder = std::filesystem::current_path(error).string();
  if (error) {
    return {{"folder", Health::kFails, "this folder: " + error.message(),
             "it was removed: change to another one"}};
  }
  return {FindingOf(LookAtFolder(folder))};
}

Findings LookForData() {
  Findings findings;
  for (const DatasetFacts& facts : LookForDatasets()) findings.push_back(FindingOf(facts));
  return findings;
}

Findings LookAtTorch(const DoctorParts& parts, const std::string& plugin) {
  TorchFacts facts;
  if (!plugin.empty()) {
    try {
      facts = parts.load_torch();
    } catch (const std::exception& error) {
      facts.error = error.what();
    }
  }
  facts.plugin = plugin;
  return {FindingOf(facts)};
}

std::vector<Check> AllChecks(const DoctorParts& parts) {
  using std::chrono::seconds;
  return {
      {"lrsweep", LookAtProgram},
      {"system", LookAtSystem},
      {"CPU engine", One([&parts] { return LookAtCpu(parts.cpu_targets()); })},
      {"cores", One(LookAtCores)},
      {"memory", One(LookAtMemory)},
      {"folder", LookHere},
      {"data", LookForData},
      {"LibTorch", [&parts] { return LookAtTorch(parts, FindPlugin(parts.torch_library)); },
       seconds(60)},
      {"GPUs", One([&parts] { return AskForGpus(parts.count_gpus()); }), seconds(10)},
      {"MPI", [] { return FindingsOf(LookAtMpi()); }, seconds(45)},
      {"Slurm", [] { return FindingsOf(LookAtSlurm()); }, seconds(15)},
      {"Python client", One(LookForPython), seconds(10)},
      {"rsvg-convert", One(LookForRsvgConvert), seconds(10)},
  };
}

int Examine(const DoctorParts& parts, bool json) {
  Findings findings;
  for (const Check& check : AllChecks(parts)) {
    const Findings found = RunCheck(check);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  PrintResult(json ? FindingsJson(findings) : FindingsText(findings));
  return AllWork(findings) ? kAllEndedWell : kSomeFailed;
}

/// A rank ends by itself where the others do not come.
constexpr unsigned kMostSeconds = 20;

int SayRanks(const CommandContext&) {
  alarm(kMostSeconds);
  const auto channel = ConnectOverMpi(false);
  if (channel->rank() != kCoordinatorRank) return kAllEndedWell;
  return PrintResult(fmt::format("lrsweep-ranks {}\n", channel->size()));
}

}  // namespace

Subcommand DoctorCommand(DoctorParts parts) {
  const auto json = std::make_shared<bool>(false);
  return {.name = "doctor",
          .help = "Say what works on this machine, what does not, and what to do",
          .options = {{.name = "--json", .target = json.get(), .help = "print JSON"}},
          .run = [json, parts = std::move(parts)](
                     const CommandContext&) { return Examine(parts, *json); },
          .footer = "Exit status: 0 what is needed works, 1 something of it does not."};
}

Subcommand RankCommand() {
  return {.name = "__rank",
          .help = "Print how many ranks found one another",
          .options = {},
          .run = SayRanks,
          .is_internal = true};
}

}  // namespace lrsweep
