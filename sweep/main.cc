// The program: joins the commands to the engines that train.

#include "data/shared_dataset.h"
#include "sweep/commands/command_line.h"
#include "worker/built_in_executor.h"
#include "worker/cpu/cpu_engine.h"
#include "worker/torch/device_choice.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

/// Joins the built-in model's data and engines to the executor interface.
MakeExecutor MakeWorker() {
  return MakeBuiltInExecutor({
      .load_dataset =
          [](const WorkerSetup& setup) {
            if (setup.data != nullptr) return setup.data;
            return MapOrLoadDataset(setup.dataset_map, setup.dataset_folder, setup.dataset_sha256);
          },
      .make_engine =
          [](const WorkerSetup& setup) {
            return setup.engine == "cpu" ? MakeCpuEngine() : LoadTorchEngine(setup.worker_index);
          },
  });
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  return lrsweep::RunCommandLine(argc, argv, {lrsweep::MakeWorker(), lrsweep::HasUsableGpu});
}
