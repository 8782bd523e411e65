#include "sweep/doctor/program_checks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>
#include <system_error>

#include "params/text.h"
#include "platform/environment.h"
#include "platform/mpi_rank.h"
#include "platform/plugin.h"
#include "sweep/mpi/mpi_channel.h"
#include "sweep/mpi/mpi_launch.h"
#include "sweep/process/limited_child.h"
#include "sweep/process/mpirun_command.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds kAnswerLimit(5);
constexpr seconds kLaunchLimit(20);

/// The first line that has a word: mpirun frames its messages with dashes.
std::string FirstWords(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
    if (std::any_of(line.begin(), line.end(), is_letter)) return OneLine(line);
  }
  return "";
}

/// Why a program gave nothing; empty where it is not there.
std::string WhyFailed(const ChildEnd& end) {
  if (end.IsMissing()) return "";
  if (end.timed_out) return fmt::format("no answer within {} s", kAnswerLimit.count());
  if (end.signal != 0) return fmt::format("ended by {}", strsignal(end.signal));
  const std::string line = FirstWords(end.output);
  return line.empty() ? fmt::format("ended with status {}", end.status) : line;
}

struct Answer {
  std::string output;
  std::string error;  // empty where it answered or is not there
};

Answer Ask(const std::vector<std::string>& argv) {
  const ChildEnd end = RunProgramLimited(argv, kAnswerLimit);
  return end.Succeeded() ? Answer{end.output, ""} : Answer{"", WhyFailed(end)};
}

/// The name of this program's file.
std::string ThisProgram() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).string();
}

/// Launches two ranks that tell how many they are.
void LaunchRanks(MpiFacts& facts) {
  const LaunchOptions options{.mpi = FamilyOf(facts.mpirun), .workers = 1};
  const ChildEnd end = RunProgramLimited(
      MpirunCommand(options, geteuid() == 0, {}, {ThisProgram(), "__rank"}), kLaunchLimit);
  const size_t mark = end.output.find("lrsweep-ranks ");
  if (end.Succeeded() && mark != std::string::npos) {
    facts.ranks = std::atoi(end.output.c_str() + mark + 14);
    return;
  }
  facts.launch_error =
      end.timed_out ? fmt::format("no answer within {} s", kLaunchLimit.count()) : WhyFailed(end);
}

/// Of Open MPI's list of components, "mca:btl:tcp:version:...", those that carry messages.
std::string TransportsOf(const std::string& components) {
  std::string text;
  for (const std::string kind : {"pml", "mtl", "btl"}) {
    std::string names;
    std::set<std::string> seen;
    std::istringstream lines(components);
    const std::string head = "mca:" + kind + ":";
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(head)) continue;
      const std::string name = line.substr(head.size(), line.find(':', head.size()) - head.size());
      if (name != "base" && seen.insert(name).second) names += " " + name;
    }
    if (!names.empty()) text.append(text.empty() ? "" : ", ").append(kind).append(names);
  }
  return text;
}

}  // namespace

std::string FindPlugin(const std::string& file_name) {
  std::error_code ignored;
  for (const fs::path& candidate : PluginCandidates(file_name)) {
    if (fs::exists(candidate, ignored)) return candidate.string();
  }
  return "";
}

MpiFacts LookAtMpi() {
  MpiFacts facts{.plugin = FindPlugin(kMpiLibrary)};
  const Answer version = Ask({"mpirun", "--version"});
  facts.mpirun = FirstLine(version.output);
  facts.mpirun_error = version.error;
  if (facts.plugin.empty() || facts.mpirun.empty()) return facts;
  const ChildEnd fits = RunLimited(
      [] {
        RequireMpi();
        return 0;
      },
      kAnswerLimit);
  if (!fits.Succeeded()) {
    facts.plugin_error =
        fits.signal != 0 ? "the MPI plug-in crashes while it is loaded" : WhyFailed(fits);
    return facts;
  }
  facts.is_rank = FindMpiRank().has_value();
  if (!facts.is_rank) LaunchRanks(facts);
  facts.transports = TransportsOf(Ask({"ompi_info", "--parsable"}).output);
  return facts;
}

SlurmFacts LookAtSlurm() {
  const Answer version = Ask({"srun", "--version"});
  SlurmFacts facts{.version = FirstLine(version.output), .error = version.error};
  facts.job = EnvironmentVariable("SLURM_JOB_ID");
  if (facts.version.empty()) return facts;
  std::istringstream words(Ask({"srun", "--mpi=list"}).output);
  static const std::set<std::string> kNoTypes = {"MPI",        "plugin",   "types",  "are...",
                                                 "are",        "specific", "plugin", "versions",
                                                 "available:", "srun:"};
  for (std::string word; words >> word;) {
    if (!kNoTypes.contains(word)) facts.mpi_types.push_back(OneLine(word));
  }
  facts.nodes = EnvironmentVariable("SLURM_JOB_NUM_NODES");
  facts.tasks = EnvironmentVariable("SLURM_NTASKS");
  return facts;
}

GpuFacts AskForGpus(GpuFacts facts) {
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) facts.visible = visible;
  if (facts.nvidia_devices == 0) return facts;
  const ChildEnd end = RunProgramLimited({"nvidia-smi", "-L"}, kAnswerLimit);
  if (!end.Succeeded()) {
    facts.smi_error = WhyFailed(end);
    return facts;
  }
  std::istringstream lines(end.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("GPU ")) facts.listed.push_back(line.substr(0, line.find(" (UUID")));
  }
  return facts;
}

ToolFacts LookForRsvgConvert() {
  const ChildEnd end = RunProgramLimited({"rsvg-convert", "--version"}, kAnswerLimit);
  return {.topic = "rsvg-convert",
          .version = end.Succeeded() ? FirstLine(end.output) : "",
          .error = end.Succeeded() ? "" : WhyFailed(end),
          .needed_for = "lrsweep export --to png",
          .advice = "install librsvg2-bin"};
}

ToolFacts LookForPython() {
  const ChildEnd end = RunProgramLimited(
      {"python3", "-B", "-c",  // -B: writes no bytecode
       "import sys, lrsweep; print('Python %d.%d, lrsweep.py in %s' % (*sys.version_info[:2], "
       "lrsweep.__file__))"},
      kAnswerLimit);
  std::string error = end.Succeeded() ? "" : WhyFailed(end);
  if (end.output.find("No module named 'lrsweep'") != std::string::npos) {
    error = "python3 has no module lrsweep";
  }
  return {.topic = "Python client",
          .version = end.Succeeded() ? FirstLine(end.output) : "",
          .error = error,
          .needed_for = "a Python program that imports lrsweep",
          .advice = "pip install lrsweep, or copy python/lrsweep.py beside the program"};
}

}  // namespace lrsweep
