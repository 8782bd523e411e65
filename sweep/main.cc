// The program: joins the commands to the engines that train.

#include "data/held_back.h"
#include "data/shared_dataset.h"
#include "sweep/commands/command_line.h"
#include "sweep/doctor/doctor_command.h"
#include "sweep/help/commands.h"
#include "worker/built_in_executor.h"
#include "worker/command/command_executor.h"
#include "worker/command/devices.h"
#include "worker/command/guard.h"
#include "worker/cpu/cpu_engine.h"
#include "worker/torch/device_choice.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

/// Joins the built-in model's data and engines to the executor interface.
MakeExecutor MakeBuiltInWorker() {
  return MakeBuiltInExecutor({
      .load_dataset =
          [](const WorkerSetup& setup) {
            auto mapped = MapDataset(setup.dataset_map, setup.dataset_map_sha256);
            if (mapped != nullptr) return mapped;
            if (setup.data != nullptr) return setup.data;
            auto data = LoadSameDataset(setup.dataset_folder, setup.dataset_sha256);
            if (!setup.draws_held_back) return data;
            return WithHeldBackLast(*data, setup.validation_images);
          },
      .make_engine =
          [](const WorkerSetup& setup) {
            return setup.engine == "cpu" ? MakeCpuEngine() : LoadTorchEngine(setup.worker_index);
          },
  });
}

/// A worker trains the built-in model, or runs a user's program.
MakeExecutor MakeWorker() {
  return [](const WorkerSetup& setup) {
    return setup.program ? MakeCommandExecutor(setup) : MakeBuiltInWorker()(setup);
  };
}

/// What the doctor asks of the engines.
DoctorParts MakeDoctorParts() {
  return {.cpu_targets = CpuEngineTargets,
          .torch_library = kTorchLibrary,
          .load_torch =
              [] {
                const auto engine = LoadTorchEngine(0);
                return TorchFacts{.device = engine->Device(), .cpu_target = engine->CpuTarget()};
              },
          .count_gpus =
              [] {
                const NodeDevices devices = DevicesOfThisNode();
                return GpuFacts{.nvidia_devices = devices.nvidia, .amd_devices = devices.amd};
              }};
}

std::vector<Subcommand> FurtherCommands() {
  return {DoctorCommand(MakeDoctorParts()), CompletionCommand(), CompleteWordsCommand(),
          DocumentsCommand(), RankCommand()};
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  if (const auto status = lrsweep::RunGuardIfAsked(argc, argv)) return *status;
  return lrsweep::RunCommandLine(argc, argv, {lrsweep::MakeWorker(), lrsweep::HasUsableGpu},
                                 lrsweep::FurtherCommands());
}
