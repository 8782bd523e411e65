// The program: joins the modules, and turns an error into a sentence and an exit status.

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/find_trial.h"
#include "data/shared_dataset.h"
#include "params/errors.h"
#include "results/store.h"
#include "sweep/commands/cli.h"
#include "sweep/commands/plan.h"
#include "sweep/commands/preview.h"
#include "sweep/commands/print.h"
#include "sweep/commands/reading.h"
#include "sweep/commands/report_command.h"
#include "sweep/commands/run.h"
#include "sweep/commands/schedules_text.h"
#include "sweep/commands/sweep_exit_status.h"
#include "sweep/commands/trial_config.h"
#include "sweep/commands/verify.h"
#include "sweep/commands/watch.h"
#include "sweep/process/interrupt.h"
#include "sweep/search/lint.h"
#include "sweep/search/search_space.h"
#include "views/exports/export.h"
#include "views/exports/output.h"
#include "views/terminal/compare.h"
#include "views/terminal/show.h"
#include "views/terminal/status.h"
#include "views/terminal/style.h"
#include "views/terminal/top.h"
#include "worker/built_in_executor.h"
#include "worker/cpu/cpu_engine.h"
#include "worker/torch/device.h"

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

int Complain(const std::exception& error, int status) {
  std::cerr << "lrsweep: " << error.what() << "\n";
  return status;
}

/// Runs `command`; what it throws becomes a sentence on stderr and an exit status.
int Guarded(const std::function<int()>& command) {
  try {
    return command();
  } catch (const ConfigError& error) {
    return Complain(error, kUserMistake);
  } catch (const UsageError& error) {
    return Complain(error, kUserMistake);
  } catch (const ExportError& error) {
    return Complain(error, kUserMistake);
  } catch (const ExportInterrupted& error) {
    return Complain(error, kInterrupted);
  } catch (const DataError& error) {
    return Complain(error, kIoFailed);
  } catch (const StoreError& error) {
    return Complain(error, kIoFailed);
  } catch (const ResourceError& error) {
    return Complain(error, kIoFailed);
  } catch (const std::filesystem::filesystem_error& error) {
    return Complain(error, kIoFailed);
  } catch (const std::exception& error) {
    std::cerr << "lrsweep: a bug of ours: " << error.what() << "\n";
    return kBug;
  }
}

/// Prints what a command has to say.
int Say(const std::string& text) {
  Print(stdout, text);
  return kAllEndedWell;
}

int WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw ResourceError(path + ": cannot be written: " + std::strerror(errno));
  return kAllEndedWell;
}

/// Opens a database and prints what `describe` makes of it.
template <typename Describe>
int Read(const std::string& db, const Describe& describe) {
  return Say(Reading(db, [&] { return describe(Store::Open(db)); }));
}

struct Dispatcher {
  int operator()(const PlanCommand& command) const {
    const SearchSpace space(LoadSweepConfig(command.config, command.settings));
    ReportLint(space, command.strict, &std::cerr);
    if (!command.json) return Say(PlanText(space, command.limit));
    PlanJson(space, [](const std::string& text) { return Say(text) == kAllEndedWell; });
    return kAllEndedWell;
  }
  int operator()(const PreviewCommand& command) const {
    const SearchSpace space(LoadSweepConfig(command.config, command.settings));
    if (!command.svg.empty()) return WriteFile(command.svg, PreviewSvg(space));
    if (!command.csv) return Say(PreviewText(space, command.limit));
    PreviewCsv(space, [](const std::string& text) { return Say(text) == kAllEndedWell; });
    return kAllEndedWell;
  }
  int operator()(const SchedulesCommand& command) const {
    if (command.json) return Say(SchedulesJson(command.name));
    return Say(command.name.empty() ? SchedulesText() : ScheduleText(command.name));
  }
  int operator()(const RunCommand& command) const {
    return RunSweep(command, MakeWorker(), HasUsableGpu(), Guarded);
  }
  int operator()(const TopCommand& command) const {
    return Read(command.db, [&](const Store& store) {
      return command.json ? TopJson(store, command.options)
                          : TopText(store, command.options, StyleFor(stdout));
    });
  }
  int operator()(const ReportCommand& command) const { return RunReport(command, stdout); }
  int operator()(const ShowCommand& command) const {
    return Read(command.db, [&](const Store& store) {
      if (command.config) {
        return TrialConfigYaml(store.Sweep(), FindTrial(store, command.trial));
      }
      if (command.json) return ShowJson(store, command.trial);
      return ShowText(store, command.trial, command.db, StyleFor(stdout));
    });
  }
  int operator()(const CompareCommand& command) const {
    return Say(Reading("compare", [&] {
      const Compared compared(command.words, command.by == "group");
      return command.json ? CompareJson(compared) : CompareText(compared, StyleFor(stdout));
    }));
  }
  int operator()(const VerifyCommand& command) const {
    return VerifyTrials(command, MakeWorker(), stdout, stderr);
  }
  int operator()(const StatusCommand& command) const {
    if (command.watch) return WatchStatus(command, stdout);
    int status = kAllEndedWell;
    const int read = Read(command.db, [&](const Store& store) {
      if (command.exit_code) status = SweepExitStatus(store);
      return command.json ? StatusJson(store) : StatusText(store, StyleFor(stdout));
    });
    return read == kAllEndedWell ? status : read;
  }
  int operator()(const ExportCommand& command) const {
    ExportOptions options = command.options;
    if (options.output == "-") options.output.clear();
    if (!options.output.empty()) {  // else a signal ends the program as any that writes to a pipe
      CatchInterrupts();
      options.interrupted = Interrupted;
    }
    Reading(command.db, [&] { Export(Store::Open(command.db), options, std::cout); });
    return kAllEndedWell;
  }
  int operator()(const ExitCommand& command) const { return command.status; }
};

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  return lrsweep::Guarded(
      [&] { return std::visit(lrsweep::Dispatcher{}, lrsweep::ParseCommandLine(argc, argv)); });
}
