#include "worker/command/devices.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "params/text.h"
#include "platform/mpi_rank.h"
#include "worker/command/number_text.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// A variable that names the devices which a program sees.
struct Variable {
  const char* name;
  const char* prefix;  // of the devices' names
};

constexpr std::array<Variable, 4> kVariables = {{{"CUDA_VISIBLE_DEVICES", "cuda"},
                                                 {"HIP_VISIBLE_DEVICES", "hip"},
                                                 {"ROCR_VISIBLE_DEVICES", "hip"},
                                                 {"ZE_AFFINITY_MASK", "ze"}}};

/// The devices that workers are given, and where that is written.
struct Visible {
  Variable variable;
  std::vector<std::string> devices;
  std::string source;  // "CUDA_VISIBLE_DEVICES=0,1"
};

std::string Get(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// "0", "GPU-8f3c...", "MIG-...", "0.1" (a tile). Slurm writes NoDevFiles for none, and people -1.
bool IsDevice(const std::string& word) {
  const bool is_number = !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) != 0;
  return is_number || word.starts_with("GPU-") || word.starts_with("MIG-");
}

/// The devices of a list; what follows the first word that is none does not count, as in CUDA.
std::vector<std::string> DevicesIn(const std::string& list) {
  std::vector<std::string> devices;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    std::string word = list.substr(begin, end - begin);
    std::erase(word, ' ');
    if (!IsDevice(word)) break;
    devices.push_back(std::move(word));
    begin = end + 1;
  }
  return devices;
}

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

Visible VisibleDevices(const Environment& environment, const NodeDevices& node) {
  for (const Variable& variable : kVariables) {
    const auto found = environment.find(variable.name);
    if (found == environment.end()) continue;
    // An empty list hides all devices, but of its own kind only.
    if (found->second.empty() && &variable != kVariables.data()) continue;
    return {variable, DevicesIn(found->second), found->first + "=" + found->second};
  }
  if (node.nvidia == 0 && node.amd > 0) {
    return {kVariables[1], Numbers(node.amd), Counted(node.amd, "AMD GPU") + " of this node"};
  }
  return {
      kVariables[0], Numbers(node.nvidia),
      node.nvidia == 0 ? "no /dev/nvidia0" : Counted(node.nvidia, "NVIDIA GPU") + " of this node"};
}

/// Whether srun gave each task its own devices. Under mpirun within a job the same variables say
/// nothing: mpirun's daemons are the tasks then.
bool IsBoundPerTask(const Environment& environment) {
  const auto rank = FindMpiRank([&environment](const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
  if (!environment.contains("SLURM_LOCALID") || (rank && rank->IsByMpirun())) return false;
  const std::string bind = Get(environment, "SLURM_GPU_BIND");
  return environment.contains("SLURM_GPUS_PER_TASK") ||
         environment.contains("SLURM_NTASKS_PER_GPU") ||
         Get(environment, "SLURM_TRES_PER_TASK").find("gpu") != std::string::npos ||
         bind.starts_with("per_task") || bind.starts_with("single") || bind.starts_with("map") ||
         bind.starts_with("mask");
}

/// The variables that hide every device.
Environment HidingVariables(const Environment& environment, const NodeDevices& node) {
  Environment hiding{{"CUDA_VISIBLE_DEVICES", ""}};
  if (node.amd > 0) hiding.insert({{"HIP_VISIBLE_DEVICES", ""}, {"ROCR_VISIBLE_DEVICES", ""}});
  for (const Variable& variable : kVariables) {
    if (environment.contains(variable.name)) hiding.emplace(variable.name, "");
  }
  return hiding;
}

std::invalid_argument TooFew(double gpus, const WorkerPlace& place, const Visible& visible,
                             size_t workers_served) {
  const std::string wanted = NumberText(gpus);
  std::string text = "trial.gpus is " + wanted + ", and worker " + std::to_string(place.index + 1) +
                     " of this node has none left: " + visible.source;
  if (visible.devices.empty()) {
    return std::invalid_argument(text + "; write gpus: 0 to train without");
  }
  return std::invalid_argument(text + " is enough for " +
                               Counted(static_cast<int64_t>(workers_served), "worker") +
                               " a node; start fewer workers here, or write a smaller share");
}

}  // namespace

NodeDevices DevicesOfThisNode() {
  NodeDevices node;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/dev", none)) {
    const std::string name = entry.path().filename().string();
    const bool is_nvidia =
        name.starts_with("nvidia") && name.size() > 6 &&
        std::all_of(name.begin() + 6, name.end(), [](unsigned char c) { return std::isdigit(c); });
    if (is_nvidia) ++node.nvidia;
  }
  // A node of the topology that is no GPU has the id 0.
  for (const auto& entry : fs::directory_iterator("/sys/class/kfd/kfd/topology/nodes", none)) {
    uint64_t id = 0;
    if (std::ifstream(entry.path() / "gpu_id") >> id && id != 0) ++node.amd;
  }
  return node;
}

ChosenDevices ChooseDevices(double gpus, const WorkerPlace& place, const Environment& environment,
                            const NodeDevices& node) {
  if (gpus <= 0) return {"cpu", HidingVariables(environment, node)};
  if (gpus > 1 && gpus != std::floor(gpus)) {
    throw std::invalid_argument("trial.gpus is " + NumberText(gpus) +
                                "; expected an integer, or a share of one that is below 1");
  }
  const Visible visible = VisibleDevices(environment, node);
  const auto index = static_cast<size_t>(IsBoundPerTask(environment) ? 0 : place.index);
  std::vector<std::string> own;
  size_t served = 0;
  if (gpus < 1) {
    // A little more, since 1 / (1 / 3) may be below 3.
    const auto sharers = static_cast<size_t>(std::floor(1 / gpus + 1e-9));
    served = visible.devices.size() * sharers;
    if (index < served) own = {visible.devices[index / sharers]};
  } else {
    const auto each = static_cast<size_t>(gpus);
    served = visible.devices.size() / each;
    if (index < served) {
      const auto first = visible.devices.begin() + static_cast<std::ptrdiff_t>(index * each);
      own.assign(first, first + static_cast<std::ptrdiff_t>(each));
    }
  }
  if (own.empty()) throw TooFew(gpus, place, visible, served);
  std::string list;
  for (const std::string& device : own) list += (list.empty() ? "" : ",") + device;
  return {std::string(visible.variable.prefix) + ":" + list, {{visible.variable.name, list}}};
}

}  // namespace lrsweep
