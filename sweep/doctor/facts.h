// What was measured of a machine, and what it means for lrsweep: from facts to findings. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/doctor/finding.h"

namespace lrsweep {

struct CpuFacts {
  std::string model;                 // "AMD EPYC 7B13"; empty: unknown
  std::vector<std::string> targets;  // of the CPU engine, the best first
};
Finding FindingOf(const CpuFacts& facts);

struct CoreFacts {
  int64_t online = 0;                  // of the machine
  int64_t allowed = 0;                 // by affinity, for this process
  std::optional<double> cgroup_limit;  // cores
};
Finding FindingOf(const CoreFacts& facts);

struct MemoryFacts {  // bytes
  double total = 0, available = 0;
  std::optional<double> limit;  // by cgroup or ulimit
};
Finding FindingOf(const MemoryFacts& facts);

struct FolderFacts {
  std::string path;
  bool is_writable = false;
  std::string why_not;         // the error, where it is not writable
  bool has_locks = false;      // byte locks, by which one process at a time writes a database
  std::string network_system;  // "NFS"; empty: a local file system
  double free_bytes = 0;
};
Finding FindingOf(const FolderFacts& facts);

struct DatasetFacts {
  std::string name;
  std::string found_in;               // empty: nowhere
  std::vector<std::string> searched;  // folders
};
Finding FindingOf(const DatasetFacts& facts);

struct TorchFacts {
  std::string plugin;  // its file; empty: none
  std::string error;   // why it cannot be used
  std::string device;  // "cpu", "cuda:0", where it can
  std::string cpu_target;
};
Finding FindingOf(const TorchFacts& facts);

struct GpuFacts {
  int nvidia_devices = 0;  // /dev/nvidia0, ...
  int amd_devices = 0;
  std::vector<std::string> listed;     // by nvidia-smi -L
  std::string smi_error;               // why nvidia-smi lists none; empty where it was not asked
  std::optional<std::string> visible;  // CUDA_VISIBLE_DEVICES
};
Finding FindingOf(const GpuFacts& facts);

struct MpiFacts {
  std::string plugin;        // its file; empty: none
  std::string plugin_error;  // why it cannot be loaded
  std::string mpirun;        // the first line of mpirun --version; empty: no mpirun
  std::string mpirun_error;  // why mpirun does not answer
  bool is_rank = false;      // this process was launched by MPI itself: no trial launch is made
  int ranks = 0;             // that found one another in a trial launch; 0: none was made
  std::string launch_error;  // what the trial launch said
  std::string transports;    // of Open MPI: "pml ob1 ucx, btl self tcp vader"; empty: unknown
};
Findings FindingsOf(const MpiFacts& facts);

struct SlurmFacts {
  std::string version;                 // of srun --version; empty: no Slurm
  std::string error;                   // why srun does not answer
  std::vector<std::string> mpi_types;  // of srun --mpi=list
  std::string job;                     // SLURM_JOB_ID; empty: in no job
  std::string nodes, tasks;            // of the job
};
Findings FindingsOf(const SlurmFacts& facts);

/// A program that some commands start.
struct ToolFacts {
  std::string topic;       // "Python"
  std::string version;     // empty: not there
  std::string error;       // where it is there but does not work
  std::string needed_for;  // "charts as PNG (lrsweep export --to png)"
  std::string advice;
};
Finding FindingOf(const ToolFacts& facts);

}  // namespace lrsweep
