// `lrsweep doctor`: says what works on this machine, what does not, and what to do.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sweep/commands/subcommand.h"
#include "sweep/doctor/facts.h"

namespace lrsweep {

/// What main.cc tells of the engines, which this module does not know.
struct DoctorParts {
  std::function<std::vector<std::string>()> cpu_targets;
  std::string torch_library;               // the plug-in's file
  std::function<TorchFacts()> load_torch;  // fills device and cpu_target; may hang, crash or throw
  std::function<GpuFacts()> count_gpus;    // fills the numbers of devices
};

Subcommand DoctorCommand(DoctorParts parts);

/// `lrsweep __rank`, which doctor launches under mpirun: prints how many ranks found one another.
Subcommand RankCommand();

}  // namespace lrsweep
