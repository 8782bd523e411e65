#include "sweep/run.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include "data/dataset_source.h"
#include "data/shared_dataset.h"
#include "results/store.h"
#include "sweep/coordinator.h"
#include "sweep/engine_choice.h"
#include "sweep/errors.h"
#include "sweep/interrupt.h"
#include "sweep/lint.h"
#include "sweep/local_worker_pool.h"
#include "sweep/mpi_worker_pool.h"
#include "sweep/search_space.h"
#include "sweep/trial_text.h"
#include "sweep/version.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// Who will train: whether in processes of their own, whether all have GPUs, how to set them up.
struct Workers {
  bool have_processes = false;
  bool have_gpus = false;
  std::function<std::unique_ptr<WorkerPool>(const WorkerSetup&)> make_pool;
};

bool GoOn() { return !Interrupted(); }

fs::path DatabasePath(const RunCommand& command, const SweepConfig& config) {
  fs::path path = command.db.empty() ? config.name + ".db" : command.db;
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) {
    throw UsageError(path.string() +
                     ": exists already, and this version cannot continue a sweep; "
                     "remove it, or give another file with --db");
  }
  return path;
}

int64_t HeldBack(const SweepConfig& config) {
  return std::get<int64_t>(*Find(config.fixed, "dataset.validation"));
}

SourcedDataset FindData(const RunCommand& command, const SweepConfig& config) {
  const auto say = [&command](const std::string& sentence) {
    if (command.verbosity != Verbosity::kQuiet) fmt::print(stderr, "lrsweep: {}\n", sentence);
  };
  return SourceDataset(std::get<std::string>(*Find(config.fixed, "dataset.name")), say);
}

Store CreateStore(const fs::path& path, const SearchSpace& space, const WorkerSetup& setup) {
  SweepRecord sweep;
  sweep.name = space.config().name;
  sweep.config_yaml = space.config().yaml;
  sweep.objective = space.config().objective;
  sweep.engine = setup.engine;
  sweep.dataset_sha256 = setup.dataset_sha256;
  sweep.version = kVersion;
  sweep.record_steps = space.config().record_steps;
  return Store::Create(path, sweep, space.size(), [&space](size_t i) { return space.At(i); });
}

void PrintInterrupted(const SweepState& state, const fs::path& db) {
  fmt::print(stderr,
             "lrsweep: interrupted: {} of {} trials ended and are in {}; this version cannot "
             "continue a sweep\n",
             state.Ended(), state.trials, db.string());
}

void PrintSummary(const SweepState& state, const fs::path& db) {
  fmt::print("{}: {} of {} trials completed in {:.1f} s", state.name, state.completed, state.trials,
             state.ElapsedSeconds());
  if (state.stopped > 0) fmt::print(", {} diverged", state.stopped);
  if (state.failed > 0) fmt::print(", {} failed", state.failed);
  fmt::print("; all of it is in {}\n", db.string());
  if (state.best) {
    fmt::print("best: {}  {} {:.4f}  {}\n", state.best->trial.id, state.objective.metric,
               state.best->value, ShortText(state.best->trial));
  }
  fmt::print("the ranking: {} top {}\n", program_invocation_name, db.string());
}

/// Removes a database in which nothing was recorded: it would only stand in the next run's way.
void Discard(Store& store, const fs::path& path) {
  store.Close();
  std::error_code ignored;
  fs::remove(path, ignored);
}

/// Runs the coordinator over a new store and closes it. Returns the exit status.
int RunInStore(const RunCommand& command, const SearchSpace& space, const fs::path& path,
               Store& store, WorkerPool& pool) {
  const auto view = MakeProgressView(command.verbosity, static_cast<int64_t>(space.size()), stdout);
  Coordinator coordinator(space, store, pool, *view, GoOn);
  RunOutcome outcome;
  try {
    outcome = coordinator.Run();
  } catch (const ResourceError&) {  // no worker can train
    Discard(store, path);
    throw;
  }
  if (!outcome.began) {
    Discard(store, path);
    fmt::print(stderr, "lrsweep: interrupted before the first trial; nothing is left behind\n");
    return kInterrupted;
  }
  // Said before the store is closed: mpirun grants a second.
  if (outcome.interrupted) PrintInterrupted(coordinator.state(), path);
  store.Close();
  if (outcome.interrupted) return kInterrupted;
  if (command.verbosity != Verbosity::kQuiet) PrintSummary(coordinator.state(), path);
  return outcome.failed > 0 ? kSomeFailed : kAllEndedWell;
}

int Coordinate(const RunCommand& command, const Workers& workers) {
  const SearchSpace space(LoadSweepConfig(command.config, command.settings));
  const fs::path path = DatabasePath(command, space.config());
  ReportLint(space, command.strict, command.verbosity == Verbosity::kQuiet ? nullptr : &std::cerr);
  SourcedDataset data = FindData(command, space.config());
  std::optional<PublishedDataset> published;
  if (workers.have_processes) published.emplace(*std::exchange(data.data, nullptr));
  const WorkerSetup setup{.engine = ChooseEngine(space.config().engine, workers.have_gpus),
                          .dataset_folder = data.folder.string(),
                          .dataset_map = published ? published->path() : "",
                          .dataset_sha256 = data.sha256,
                          .held_back = HeldBack(space.config()),
                          .data = data.data};
  Store store = CreateStore(path, space, setup);
  const auto pool = workers.make_pool(setup);
  return RunInStore(command, space, path, store, *pool);
}

/// The exit status that the database tells: nothing where it cannot be read.
std::optional<int> StatusInDatabase(const fs::path& path) {
  try {
    bool failed = false;
    for (const TrialRow& trial : Store::Open(path).Trials()) {
      if (trial.state == "pending" || trial.state == "running") return kInterrupted;
      failed = failed || trial.state == "failed";
    }
    return failed ? kSomeFailed : kAllEndedWell;
  } catch (const StoreError&) {
    return std::nullopt;
  }
}

int LaunchRanks(const RunCommand& command) {
  // Mistakes are said once, before anything is launched.
  const SearchSpace space(LoadSweepConfig(command.config, command.settings));
  const fs::path path = DatabasePath(command, space.config());
  std::vector<std::string> program = {fs::read_symlink("/proc/self/exe").string()};
  program.insert(program.end(), command.words.begin(), command.words.end());
  return Launch(
      *command.launch, program, [&path] { return StatusInDatabase(path); },
      [](const std::string& sentence) { fmt::print(stderr, "lrsweep: {}\n", sentence); });
}

/// Where a worker that dies takes the sweep with it, the user should know before it does.
void NoteMissingRecovery(const RunCommand& command) {
  const char* recovery = std::getenv("OMPI_MCA_orte_enable_recovery");
  const bool recovers = recovery != nullptr && std::string(recovery) == "1";
  if (recovers || command.verbosity == Verbosity::kQuiet) return;
  fmt::print(stderr,
             "lrsweep: note: launched without recovery: if a worker dies, so does the sweep; "
             "`lrsweep run --workers N` launches mpirun with it\n");
}

}  // namespace

int RunSweep(const RunCommand& command, const MakeExecutor& make, bool has_gpu,
             const std::function<int(const std::function<int()>&)>& guarded) {
  const bool under_mpi = LaunchedUnderMpi();
  if (command.launch && !under_mpi) return LaunchRanks(command);
  if (command.launch && !StartedByLauncher()) {
    throw UsageError("--workers launches mpirun itself: leave out mpirun, or --workers");
  }
  CatchInterrupts();
  if (!under_mpi) {
    return Coordinate(command, {false, has_gpu, [&make](const WorkerSetup& setup) {
                                  return std::make_unique<LocalWorkerPool>(make, setup, GoOn);
                                }});
  }
  MpiSession session(has_gpu);
  if (session.rank() > 0) {
    RunMpiWorker(session, make);
    return kAllEndedWell;
  }
  TellLauncherOfStart();
  const int status = guarded([&] {
    NoteMissingRecovery(command);
    return Coordinate(command,
                      {true, session.workers_have_gpus(), [&session](const WorkerSetup& setup) {
                         return std::make_unique<MpiWorkerPool>(
                             session, Setup{setup.engine, setup.dataset_folder, setup.dataset_map,
                                            setup.dataset_sha256, setup.held_back});
                       }});
  });
  TellLauncherOfEnd(status);
  // The launcher has the status; under recovery mpirun only complains of one.
  return StartedByLauncher() ? kAllEndedWell : status;
}

}  // namespace lrsweep
