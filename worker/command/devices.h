// Which GPUs of its node a worker gives to its trials. ChooseDevices is pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "worker/command/child_environment.h"

namespace lrsweep {

/// The GPUs of this node, as far as programs are told of them.
struct NodeDevices {
  int nvidia = 0;  // number of /dev/nvidia<number>
  int amd = 0;     // of GPUs that the kernel's driver lists
};

NodeDevices DevicesOfThisNode();

/// A worker among those of its node.
struct WorkerPlace {
  int index = 0;    // from 0
  int workers = 1;  // of the node
};

/// What a worker's programs get.
struct ChosenDevices {
  std::string name = "cpu";  // "cuda:0,1"
  Environment variables;     // CUDA_VISIBLE_DEVICES and its kin, for the programs' environment
};

/// Gives each worker `gpus` devices of its own, in the order of the workers: 2 is two of them; 0.5
/// is half of one, which two workers share; 0 hides all. `environment` is the worker's own. The
/// devices are those of the first variable that is not empty: CUDA_VISIBLE_DEVICES,
/// HIP_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES, ZE_AFFINITY_MASK; else those of the node. Where Slurm
/// has given each task devices of its own (srun with --gpus-per-task), they are the worker's alone.
///
/// Throws std::invalid_argument with what to do where there are too few, or for a share above 1
/// that is no integer.
ChosenDevices ChooseDevices(double gpus, const WorkerPlace& place, const Environment& environment,
                            const NodeDevices& node);

}  // namespace lrsweep
