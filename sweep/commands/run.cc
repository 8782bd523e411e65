#include "sweep/commands/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include "data/dataset_source.h"
#include "data/shared_dataset.h"
#include "params/errors.h"
#include "params/text.h"
#include "results/store.h"
#include "sweep/commands/sweep_exit_status.h"
#include "sweep/commands/version.h"
#include "sweep/config/engine_choice.h"
#include "sweep/config/trial_text.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/coordinator/local_worker_pool.h"
#include "sweep/mpi/mpi_worker_pool.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/launcher.h"
#include "sweep/process/lifeline.h"
#include "sweep/process/status_file.h"
#include "sweep/search/grid_source.h"
#include "sweep/search/lint.h"
#include "sweep/search/search_space.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// Who will train: whether in processes of their own, whether all have GPUs, how to set them up.
struct Workers {
  bool have_processes = false;
  bool have_gpus = false;
  std::function<std::unique_ptr<WorkerPool>(const WorkerSetup&)> make_pool;
};

/// When a run is to stop: told by a signal, at the end of its time, or with its launcher gone.
class StopCondition {
 public:
  StopCondition(std::optional<double> max_wall_seconds, bool has_launcher)
      : has_launcher_(has_launcher) {
    if (!max_wall_seconds) return;
    // A new launch of the same command has what the first one left of its time.
    const double spent = SecondsSinceLaunch();
    const std::chrono::duration<double> left(std::max(*max_wall_seconds - spent, 0.0));
    limit_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(left);
  }
  bool GoOn() {
    return !Interrupted() && !(limit_ && Clock::now() >= *limit_) &&
           !(has_launcher_ && lifeline_.IsBroken());
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> limit_;
  bool has_launcher_;  // mpirun's daemon or Slurm's; a lone process may outlive its shell
  Lifeline lifeline_;
};

fs::path DatabasePath(const RunCommand& command, const SweepConfig& config) {
  return command.db.empty() ? config.name + ".db" : command.db;
}

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

int64_t ValidationImages(const SweepConfig& config) {
  return std::get<int64_t>(*Find(config.fixed, "dataset.validation"));
}

SourcedDataset FindData(const RunCommand& command, const SweepConfig& config) {
  const auto say = [&command](const std::string& sentence) {
    if (command.verbosity != Verbosity::kQuiet) fmt::print(stderr, "lrsweep: {}\n", sentence);
  };
  return SourceDataset(std::get<std::string>(*Find(config.fixed, "dataset.name")), say);
}

SweepRecord RecordOf(const SweepConfig& config, const WorkerSetup& setup) {
  SweepRecord sweep;
  sweep.name = config.name;
  sweep.config_yaml = config.yaml;
  sweep.objective = config.objective;
  sweep.engine = setup.engine;
  sweep.dataset_sha256 = setup.dataset_sha256;
  sweep.version = kVersion;
  sweep.record_steps = config.record_steps;
  return sweep;
}

/// Refuses to continue a sweep as something else: its trials would not mean the same any more.
void RequireSameMeaning(const fs::path& path, const SweepRecord& before, const SweepRecord& now,
                        bool engine_is_asked_for) {
  const std::string way_out = "; name another file by --db to begin anew";
  if (engine_is_asked_for && before.engine != now.engine) {
    throw UsageError(path.string() + ": its trials were trained by the engine " + before.engine +
                     ", not " + now.engine + way_out);
  }
  if (before.dataset_sha256 != now.dataset_sha256) {
    throw UsageError(path.string() + ": its trials were trained on other data (SHA-256 " +
                     before.dataset_sha256 + ", now " + now.dataset_sha256 + ")" + way_out);
  }
}

void SayWhatChanged(const RunCommand& command, const SpaceChange& change, int64_t retried) {
  if (command.verbosity == Verbosity::kQuiet) return;
  const auto say = [](int64_t count, const char* what) {
    if (count > 0) fmt::print(stderr, "lrsweep: {} {}\n", Counted(count, "trial"), what);
  };
  say(change.added, "new in the configuration");
  say(change.returned, "in the configuration again");
  say(change.left, "no longer in the configuration: kept, and not ranked");
  say(retried, "that failed will be trained again");
}

/// The sweep's database: a new one, or the one that is there, which is continued.
Store OpenStore(const RunCommand& command, const fs::path& path, bool is_new,
                const SearchSpace& space, WorkerSetup& setup) {
  const auto trial_at = [&space](size_t i) { return space.At(i); };
  const Journal journal = ParseJournal(command.journal);
  SweepRecord record = RecordOf(space.config(), setup);
  if (is_new) return Store::Create(path, record, space.size(), trial_at, journal);
  // Looked at before it is opened to be written: a refusal leaves it as it is.
  const SweepRecord before = Store::Open(path).Sweep();
  RequireSameMeaning(path, before, record, space.config().engine != "auto");
  Store store = Store::OpenForWriting(path, journal);
  setup.engine = record.engine = before.engine;
  const SpaceChange change = store.ChangeSpace(record, space.size(), trial_at);
  const int64_t retried = command.retry_failed ? store.RetryFailed() : 0;
  store.Commit();
  SayWhatChanged(command, change, retried);
  return store;
}

void PrintInterrupted(const SweepState& state, const fs::path& db) {
  fmt::print(stderr,
             "lrsweep: interrupted: {} of {} trials ended; {} keeps them and what the others have "
             "done: the same command continues it\n",
             state.Ended(), state.trials, db.string());
}

void PrintSummary(const SweepState& state, const fs::path& db) {
  fmt::print("{}: {} of {} trials completed in {:.1f} s", state.name, state.completed, state.trials,
             state.ElapsedSeconds());
  if (state.stopped > 0) fmt::print(", {} diverged", state.stopped);
  if (state.failed > 0) fmt::print(", {} failed", state.failed);
  fmt::print("; all of it is in {}\n", db.string());
  if (state.best) {
    fmt::print("best: {}  {} {}  {}\n", state.best->trial.id, state.objective.metric,
               NumberText(state.objective.metric, state.best->value), ShortText(state.best->trial));
  }
  fmt::print("the ranking: {} top {}\n", program_invocation_name, db.string());
}

/// Removes a database in which nothing was recorded: it would only stand in the next run's way.
void Discard(Store& store, const fs::path& path) {
  store.Close();
  std::error_code ignored;
  fs::remove(path, ignored);
}

/// How a run of the coordinator ended; `relaunch`: another launch could go on.
struct Ended {
  int status = kAllEndedWell;
  bool relaunch = false;
};

/// Runs the coordinator over the store and closes it.
Ended RunInStore(const RunCommand& command, const SearchSpace& space, const fs::path& path,
                 bool is_new, Store& store, WorkerPool& pool, StopCondition& stop) {
  const auto view = MakeProgressView(command.verbosity, static_cast<int64_t>(space.size()), stdout);
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds(static_cast<int64_t>(1000 * seconds));
  };
  const CoordinatorOptions options{.max_attempts = command.max_attempts,
                                   .worker_timeout = milliseconds(command.worker_timeout_seconds)};
  GridSource source(space, store.PendingIds());
  Coordinator coordinator(
      source, store, pool, *view, [&stop] { return stop.GoOn(); }, std::chrono::steady_clock::now,
      options);
  RunOutcome outcome;
  try {
    outcome = coordinator.Run();
  } catch (const ResourceError&) {  // no worker can train
    if (is_new) Discard(store, path);
    throw;
  }
  if (is_new && outcome.interrupted && !outcome.has_begun) {
    Discard(store, path);
    fmt::print(stderr, "lrsweep: interrupted before the first trial; nothing is left behind\n");
    return {kInterrupted, false};
  }
  // Said before the store is closed: mpirun grants a second.
  if (outcome.interrupted) PrintInterrupted(coordinator.state(), path);
  store.Close();
  if (outcome.interrupted) return {kInterrupted, outcome.lost_all_workers};
  if (command.verbosity != Verbosity::kQuiet) PrintSummary(coordinator.state(), path);
  return {coordinator.state().failed > 0 ? kSomeFailed : kAllEndedWell, false};
}

Ended Coordinate(const RunCommand& command, const Workers& workers, StopCondition& stop) {
  const SearchSpace space(LoadSweepConfig(command.config, command.settings));
  const fs::path path = DatabasePath(command, space.config());
  ReportLint(space, command.strict, command.verbosity == Verbosity::kQuiet ? nullptr : &std::cerr);
  SourcedDataset data = FindData(command, space.config());
  std::optional<PublishedDataset> published;
  if (workers.have_processes) published.emplace(*std::exchange(data.data, nullptr));
  WorkerSetup setup{.engine = ChooseEngine(space.config().engine, workers.have_gpus),
                    .dataset_folder = data.folder.string(),
                    .dataset_map = published ? published->path() : "",
                    .dataset_sha256 = data.sha256,
                    .validation_images = ValidationImages(space.config()),
                    .checkpoint_seconds = command.checkpoint_seconds,
                    .silence_seconds = 3 * command.worker_timeout_seconds,
                    .data = data.data};
  const bool is_new = !Exists(path);
  Store store = OpenStore(command, path, is_new, space, setup);
  const auto pool = workers.make_pool(setup);
  return RunInStore(command, space, path, is_new, store, *pool, stop);
}

/// The exit status that the database tells: nothing where it cannot be read. Where the sweep is
/// done and its coordinator died before it could close the file, that is made up for.
std::optional<int> StatusInDatabase(const fs::path& path, Journal journal) {
  std::optional<int> status;
  try {
    status = SweepExitStatus(Store::Open(path));
    if (status != kInterrupted) Store::OpenForWriting(path, journal).Close();
  } catch (const StoreError&) {  // nor can be closed: the next run will
  }
  return status;
}

int LaunchRanks(const RunCommand& command) {
  // Mistakes are said once, before anything is launched.
  const SearchSpace space(LoadSweepConfig(command.config, command.settings));
  const fs::path path = DatabasePath(command, space.config());
  std::vector<std::string> program = {fs::read_symlink("/proc/self/exe").string()};
  program.insert(program.end(), command.words.begin(), command.words.end());
  return Launch(
      *command.launch, program,
      [&] { return StatusInDatabase(path, ParseJournal(command.journal)); },
      [](const std::string& sentence) { fmt::print(stderr, "lrsweep: {}\n", sentence); });
}

/// Whether ranks may die without taking the others with them: mpirun --enable-recovery.
bool HasRecovery() {
  const char* recovery = std::getenv("OMPI_MCA_orte_enable_recovery");
  return recovery != nullptr && std::string(recovery) == "1";
}

/// Where a worker that dies takes the sweep with it, the user should know before it does.
void NoteMissingRecovery(const RunCommand& command) {
  if (HasRecovery() || command.verbosity == Verbosity::kQuiet) return;
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
  StopCondition stop(command.max_wall_seconds, under_mpi);
  if (!under_mpi) {
    const auto make_pool = [&](const WorkerSetup& setup) {
      return std::make_unique<LocalWorkerPool>(make, setup, [&stop] { return stop.GoOn(); });
    };
    return Coordinate(command, {false, has_gpu, make_pool}, stop).status;
  }
  MpiSession session(has_gpu);
  if (session.rank() > 0) {
    RunMpiWorker(session, make);
    if (HasRecovery()) session.Leave(kAllEndedWell);
    return kAllEndedWell;
  }
  TellLauncherOfStart();
  Ended ended;
  ended.status = guarded([&] {
    NoteMissingRecovery(command);
    const auto make_pool = [&](WorkerSetup setup) {
      setup.workers = session.size() - 1;
      return std::make_unique<MpiWorkerPool>(session, setup);
    };
    ended = Coordinate(command, {true, session.workers_have_gpus(), make_pool}, stop);
    return ended.status;
  });
  if (!ended.relaunch) TellLauncherOfEnd(ended.status);
  // The launcher has the status; under recovery mpirun only complains of one.
  const int status = StartedByLauncher() ? static_cast<int>(kAllEndedWell) : ended.status;
  if (HasRecovery()) session.Leave(status);
  return status;
}

}  // namespace lrsweep
