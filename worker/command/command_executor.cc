#include "worker/command/command_executor.h"

#include <stdexcept>
#include <string>

#include "trial/command_template.h"
#include "worker/command/attempt.h"
#include "worker/command/child_process.h"
#include "worker/command/devices.h"
#include "worker/command/file_error.h"

namespace lrsweep {
namespace {

/// The environment of the programs of one worker.
Environment EnvironmentOf(const ChosenDevices& devices, int workers) {
  Environment environment = ProgramEnvironment(EnvironmentOfThisProcess(), CoresOf(workers));
  for (const auto& [name, value] : devices.variables) environment[name] = value;
  return environment;
}

/// A worker that cannot start the program is refused, rather than failing trial after trial.
void RequireProgram(const ProgramSpec& program, const Environment& environment) {
  if (program.command.empty()) throw std::invalid_argument("trial.command is empty");
  const std::vector<std::string> name = {program.command.front()};
  if (PlaceholdersOf(name).empty()) FindProgram(Resolve(name, {}).front(), environment);
}

class CommandExecutor : public Executor {
 public:
  CommandExecutor(const ProgramSpec& program, const ChosenDevices& devices, int workers)
      : device_(devices.name), runner_{program, EnvironmentOf(devices, workers), {}, {}} {
    RequireProgram(program, runner_.environment);
    BecomeSubreaper();
  }

  WorkerInfo Describe() const override { return {0, "", device_, kCommandEngine, "", 1, ""}; }

  void Execute(const PackTask& pack, PackObserver& observer) override {
    if (pack.trials.size() != 1)
      throw std::invalid_argument("a program trains one trial at a time");
    try {
      RunProgram(runner_, pack.trials.front(), observer);
    } catch (const FileError& error) {  // a full disk would fail every trial
      throw ExecutorUnusable(error.what());
    }
  }

 private:
  std::string device_;
  ProgramRunner runner_;
};

}  // namespace

std::unique_ptr<Executor> MakeCommandExecutor(const WorkerSetup& setup) {
  const ProgramSpec& program = setup.program.value();
  const WorkerPlace place{setup.worker_index, setup.workers_of_node};
  const ChosenDevices devices =
      ChooseDevices(program.gpus, place, EnvironmentOfThisProcess(), DevicesOfThisNode());
  return std::make_unique<CommandExecutor>(program, devices, setup.workers_of_node);
}

}  // namespace lrsweep
