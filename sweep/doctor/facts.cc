#include "sweep/doctor/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "params/names.h"
#include "params/text.h"

namespace lrsweep {
namespace {

constexpr double kLittleMemory = 1e9;  // for a worker with MNIST and its network
constexpr double kLittleSpace = 100e6;

}  // namespace

Finding FindingOf(const CpuFacts& facts) {
  const std::string model = facts.model.empty() ? "" : " on " + facts.model;
  if (facts.targets.empty()) {
    return {"CPU engine", Health::kFails, "no vector instructions with fused multiply-add" + model,
            "it needs AVX2 or NEON: use another machine, or --engine torch"};
  }
  return {"CPU engine", Health::kWorks,
          fmt::format("{}{} (can use {})", facts.targets.front(), model, Listed(facts.targets))};
}

Finding FindingOf(const CoreFacts& facts) {
  std::string what = Counted(facts.allowed, "core");
  double usable = static_cast<double>(facts.allowed);
  if (facts.allowed < facts.online) {
    what += fmt::format(" of the machine's {} (affinity)", facts.online);
  }
  if (facts.cgroup_limit && *facts.cgroup_limit < usable) {
    what += fmt::format(", limited to the time of {:.3g} (cgroup)", *facts.cgroup_limit);
    usable = *facts.cgroup_limit;
  }
  const auto workers = std::max<int64_t>(1, static_cast<int64_t>(std::floor(usable)));
  return {"cores", Health::kWorks, fmt::format("{}: --workers {} uses them", what, workers)};
}

Finding FindingOf(const MemoryFacts& facts) {
  const double usable = std::min(facts.available, facts.limit.value_or(facts.available));
  std::string what =
      fmt::format("{} of {} available", BytesText(facts.available), BytesText(facts.total));
  if (facts.limit && *facts.limit < facts.total) {
    what += fmt::format(", limited to {} (cgroup or ulimit)", BytesText(*facts.limit));
  }
  if (usable < kLittleMemory) {
    return {"memory", Health::kFails, what,
            "a worker needs up to 1 GB: end other programs, or ask the batch system for more"};
  }
  return {"memory", Health::kWorks, what};
}

Finding FindingOf(const FolderFacts& facts) {
  if (!facts.is_writable) {
    return {
        "folder", Health::kFails, fmt::format("{}: {}", facts.path, facts.why_not),
        "databases are made in the folder of the command: change to another one, or name a file "
        "by --db"};
  }
  const std::string kind =
      facts.network_system.empty() ? "a local file system" : facts.network_system;
  std::string what =
      fmt::format("{}: writable, on {}, {} free", facts.path, kind, BytesText(facts.free_bytes));
  if (!facts.has_locks) {
    return {"folder", Health::kFails, what + ", but without file locks",
            "locks keep two runs from writing one database: mount it with locks (lock, flock), or "
            "use another folder"};
  }
  if (facts.free_bytes < kLittleSpace) {
    return {"folder", Health::kFails, what, "a database needs more space: remove files"};
  }
  what += facts.network_system.empty()
              ? ", journal wal"
              : ", journal delete: readers and the writer wait for each other";
  return {"folder", Health::kWorks, what};
}

Finding FindingOf(const DatasetFacts& facts) {
  const std::string topic = "data " + facts.name;
  if (!facts.found_in.empty()) return {topic, Health::kWorks, facts.found_in};
  return {topic, Health::kAbsent, "in none of " + Listed(facts.searched),
          "a sweep that needs it downloads it; without a network, put its four files into " +
              (facts.searched.empty() ? "a folder" : facts.searched.front())};
}

Finding FindingOf(const TorchFacts& facts) {
  if (facts.plugin.empty()) {
    return {"LibTorch", Health::kAbsent, "no plug-in liblrsweep_torch.so",
            "only --engine torch and GPUs need it: install lrsweep's component torch"};
  }
  if (!facts.error.empty()) {
    return {"LibTorch", Health::kFails, facts.error,
            "install LibTorch (libtorch-dev), or lrsweep again; --engine cpu works without it"};
  }
  return {"LibTorch", Health::kWorks,
          fmt::format("{}, trains on {} ({})", facts.plugin, facts.device, facts.cpu_target)};
}

Finding FindingOf(const GpuFacts& facts) {
  const int devices = facts.nvidia_devices + facts.amd_devices;
  if (devices == 0) {
    return {"GPUs", Health::kAbsent, "none", "none is needed: the CPU engine is used"};
  }
  std::string what = facts.listed.empty() ? Counted(devices, "GPU") : Listed(facts.listed);
  if (facts.visible) what += ", CUDA_VISIBLE_DEVICES=" + *facts.visible;
  if (!facts.smi_error.empty()) {
    return {"GPUs", Health::kFails, what + ", but nvidia-smi says: " + facts.smi_error,
            "install the driver again, or hide the GPU: CUDA_VISIBLE_DEVICES="};
  }
  return {"GPUs", Health::kWorks, what};
}

Findings FindingsOf(const MpiFacts& facts) {
  const std::string one_machine = "one machine needs no MPI (lrsweep run --workers N)";
  if (facts.plugin.empty()) {
    return {{"MPI", Health::kAbsent, "no plug-in liblrsweep_mpi.so",
             one_machine + "; for several, install lrsweep's component mpi"}};
  }
  if (!facts.mpirun_error.empty()) {
    return {{"MPI", Health::kFails, "mpirun: " + facts.mpirun_error,
             one_machine + "; for several, install the MPI again, or load its module"}};
  }
  if (facts.mpirun.empty()) {
    return {{"MPI", Health::kAbsent, "there is a plug-in, but no mpirun on PATH",
             one_machine + "; for several, install openmpi-bin, or load an MPI module"}};
  }
  if (!facts.plugin_error.empty()) {
    return {{"MPI", Health::kFails, facts.plugin_error,
             one_machine + "; for several, load the MPI module that lrsweep was built with, or "
                           "install openmpi-bin"}};
  }
  Findings findings;
  if (facts.is_rank) {
    findings.push_back({"MPI", Health::kWorks, facts.mpirun + ", which launched this process"});
  } else if (facts.ranks >= 2) {
    findings.push_back({"MPI", Health::kWorks,
                        fmt::format("{}: {} ranks found one another", facts.mpirun, facts.ranks)});
  } else {
    findings.push_back({"MPI", Health::kFails,
                        facts.mpirun + ": a trial launch failed: " + facts.launch_error,
                        one_machine + "; for several, see docs/running.md"});
  }
  if (!facts.transports.empty()) {
    findings.push_back({"MPI transport", Health::kWorks, facts.transports});
  }
  return findings;
}

Findings FindingsOf(const SlurmFacts& facts) {
  if (!facts.error.empty()) {
    return {
        {"Slurm", facts.job.empty() ? Health::kAbsent : Health::kFails,
         "srun does not work: " + facts.error,
         "one machine needs no Slurm (lrsweep run --workers N); ask the cluster's administrators"}};
  }
  if (facts.version.empty()) {
    return {{"Slurm", Health::kAbsent, "no srun on PATH", "only a Slurm cluster needs it"}};
  }
  const bool has_pmix = std::any_of(facts.mpi_types.begin(), facts.mpi_types.end(),
                                    [](const auto& one) { return one.starts_with("pmix"); });
  std::string what = facts.version;
  what += facts.job.empty()
              ? ", in no job"
              : fmt::format(", in job {}: nodes {}, tasks {}", facts.job, facts.nodes, facts.tasks);
  Findings findings = {{"Slurm", Health::kWorks, what}};
  if (has_pmix) {
    findings.push_back({"PMIx", Health::kWorks, "srun --mpi=pmix starts ranks"});
  } else {
    findings.push_back({"PMIx", Health::kAbsent,
                        "srun offers " + (facts.mpi_types.empty() ? std::string("nothing")
                                                                  : Listed(facts.mpi_types)),
                        "use mpirun within sbatch, which needs no PMIx"});
  }
  return findings;
}

Finding FindingOf(const ToolFacts& facts) {
  if (!facts.version.empty()) return {facts.topic, Health::kWorks, facts.version};
  return {facts.topic, Health::kAbsent, facts.error.empty() ? "not there" : facts.error,
          "only " + facts.needed_for + " needs it: " + facts.advice};
}

}  // namespace lrsweep
