// Looks at the machine: system, cores, memory, this folder, data sets. Each function may hang where
// a disk does, and is run by RunCheck.
#pragma once

#include <string>
#include <vector>

#include "sweep/doctor/facts.h"

namespace lrsweep {

/// Distribution, kernel and C library.
Findings LookAtSystem();
CpuFacts LookAtCpu(std::vector<std::string> targets);
CoreFacts LookAtCores();
MemoryFacts LookAtMemory();
/// Creates a file without a name, or one that it removes at once.
FolderFacts LookAtFolder(const std::string& folder);
std::vector<DatasetFacts> LookForDatasets();

}  // namespace lrsweep
