// Looks at programs and plug-ins: MPI, Slurm, LibTorch, GPUs, tools. Each function may hang or
// crash where they do, and is run by RunCheck.
#pragma once

#include "sweep/doctor/facts.h"

namespace lrsweep {

MpiFacts LookAtMpi();
SlurmFacts LookAtSlurm();
/// Asks nvidia-smi about what /dev has.
GpuFacts AskForGpus(GpuFacts facts);
ToolFacts LookForRsvgConvert();
ToolFacts LookForPython();

/// The file of a plug-in; empty where there is none.
std::string FindPlugin(const std::string& file_name);

}  // namespace lrsweep
