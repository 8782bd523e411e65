#include "sweep/commands/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "platform/mpi_rank.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/run_sweep.h"
#include "sweep/commands/sweep_store.h"
#include "sweep/config/duration.h"
#include "sweep/coordinator/local_worker_pool.h"
#include "sweep/forked/forked_workers.h"
#include "sweep/messages/channel_worker_pool.h"
#include "sweep/messages/rank_relay.h"
#include "sweep/messages/worker_process.h"
#include "sweep/mpi/mpi_launch.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/launcher.h"
#include "sweep/process/status_file.h"
#include "sweep/search/search_space.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// Trains in this process.
int RunAlone(const RunArguments& arguments, const Parts& parts) {
  StopCondition stop(arguments, false);
  const auto make_pool = [&](const WorkerSetup& setup) {
    return std::make_unique<LocalWorkerPool>(parts.make_executor, setup,
                                             [&stop] { return stop.ShouldContinue(); });
  };
  return RunSweep(arguments, {false, parts.has_usable_gpu(), make_pool}, stop).status;
}

/// Warns the user before a rank's death ends the sweep.
void NoteMissingRecovery(const RunArguments& arguments, const Channel& channel) {
  if (channel.survives_deaths() || arguments.quiet || StartedByLauncher()) return;
  fmt::print(stderr,
             "lrsweep: note: launched without recovery: if a machine fails, the sweep stops, and "
             "the same command continues it; `lrsweep run --workers N` does so by itself\n");
}

RunEnd CoordinateWorkers(const RunArguments& arguments, Channel& channel, StopCondition& stop) {
  NoteMissingRecovery(arguments, channel);
  const auto make_pool = [&channel](WorkerSetup setup) {
    setup.workers = channel.size() - 1;
    return std::make_unique<ChannelWorkerPool>(channel, setup);
  };
  return RunSweep(arguments, {true, channel.workers_have_gpus(), make_pool}, stop);
}

/// Coordinates as rank 0, trains as any other rank; `connect` returns this process' channel. The
/// workers are told to end however the coordinator ends, so nothing that it throws gets past
/// WithExitStatus.
int RunAsRank(const RunArguments& arguments, const Parts& parts,
              const std::function<std::unique_ptr<Channel>()>& connect) {
  StopCondition stop(arguments, true);
  std::unique_ptr<Channel> channel;
  const int failure = WithExitStatus([&] {
    channel = connect();
    return kAllEndedWell;
  });
  if (channel == nullptr) {
    TellLauncherOfEnd(failure);
    return failure;
  }
  if (channel->rank() != kCoordinatorRank) {
    const int status = WithExitStatus([&] {
      RunWorkerProcess(*channel, parts.make_executor);
      return kAllEndedWell;
    });
    // The channel's end could wait for the dead, and the other ranks for one that ends by a bug.
    if (status != kAllEndedWell || channel->survives_deaths()) channel->Leave(status);
    return status;
  }
  TellLauncherOfStart();
  RunEnd end;
  end.status = WithExitStatus([&] {
    end = CoordinateWorkers(arguments, *channel, stop);
    return end.status;
  });
  if (end.should_relaunch) {
    TellLauncherOfLostWorkers();
  } else {
    TellLauncherOfEnd(end.status);
  }
  // The launcher knows the status; mpirun under recovery would only complain about it.
  const int status = StartedByLauncher() ? static_cast<int>(kAllEndedWell) : end.status;
  ShutDownWorkers(*channel);
  // The channel's end could wait for the dead.
  if (channel->survives_deaths()) channel->Leave(status);
  return status;
}

/// The exit status by the sweep's database; nullopt where it cannot be read. A finished sweep whose
/// coordinator died before it could close the database is closed here.
std::optional<int> StatusInDatabase(const fs::path& path, Journal journal) {
  std::optional<int> status;
  try {
    status = SweepExitStatus(Store::Open(path));
    if (status != kInterrupted) Store::OpenForWriting(path, journal).Close();
  } catch (const StoreError&) {  // a database that cannot be closed here is closed by the next run
  }
  return status;
}

/// Runs as the coordinator that a launcher has started, or as one of the workers that it forks.
int RunForked(const RunArguments& arguments, const Parts& parts) {
  return RunAsRank(arguments, parts, [&] {
    return ForkWorkers(arguments.workers.value_or(1), parts.has_usable_gpu());
  });
}

/// Connects to the other ranks. Where that fails, it fails in all ranks, and rank 0 says why; the
/// others wait for it, since mpirun ends all ranks with the first one that fails.
std::unique_ptr<Channel> ConnectRank(const MpiRank& rank, bool has_gpu) {
  try {
    return ConnectOverMpi(has_gpu);
  } catch (const std::exception&) {
    if (rank.rank == kCoordinatorRank) throw;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    _exit(kIoFailed);
  }
}

/// Runs as an MPI rank. Where the death of a rank would end all of them, a worker is not the rank
/// itself but a process that the rank forks (rank_relay.h).
int RunUnderMpi(const RunArguments& arguments, const Parts& parts) {
  const MpiRank rank = FindMpiRank().value();
  const bool has_gpu = parts.has_usable_gpu();
  const auto connect = [&] { return ConnectRank(rank, has_gpu); };
  if (rank.rank == kCoordinatorRank || RanksSurviveDeaths()) {
    return RunAsRank(arguments, parts, connect);
  }
  auto worker = ForkWorkers(1, has_gpu, std::chrono::seconds(5), kMostKeptForRelay);
  if (worker->rank() != kCoordinatorRank) {
    return RunAsRank(arguments, parts, [&] { return AtPlaceOfRank(std::move(worker)); });
  }
  const auto coordinator = connect();
  RelayMessages(*coordinator, *worker);
  return kAllEndedWell;
}

/// Throws UsageError for a configuration that can be read only once, such as /dev/stdin: the
/// coordinator reads it again, and has no standard input.
void RequireFile(const std::string& config) {
  std::error_code missing;  // said where it is read
  const bool passes = config.starts_with("/dev/") || config.starts_with("/proc/");
  const auto kind = fs::status(config, missing).type();
  if (!passes && kind != fs::file_type::fifo && kind != fs::file_type::socket) return;
  throw UsageError(config +
                   ": with --workers the configuration is read again by the coordinator, so it "
                   "must be a file: save it in one, or leave out --workers");
}

/// Launches this command again, as a coordinator and its workers.
int LaunchProcesses(const RunArguments& arguments, const CommandContext& context) {
  // Loading here reports a mistake once, before anything is launched.
  RequireFile(arguments.config.file);
  const SearchSpace space(LoadConfig(arguments));
  const fs::path path = DatabasePath(arguments, space.config());
  LaunchOptions launch = arguments.launch;
  launch.method = ChooseLaunchMethod(arguments.launcher, launch.hostfile, context.mpirun_arguments);
  // mpirun has to find the program, on every machine.
  std::vector<std::string> program = {launch.method == LaunchMethod::kMpirun
                                          ? fs::read_symlink("/proc/self/exe").string()
                                          : program_invocation_name};
  program.insert(program.end(), context.words.begin(), context.words.end());
  launch.workers = *arguments.workers;
  launch.worker_timeout_seconds = arguments.worker_timeout_seconds;
  launch.mpirun_arguments = context.mpirun_arguments;
  if (launch.method == LaunchMethod::kMpirun) launch.mpi = RequireMpi();
  return Launch(
      launch, program, [&] { return StatusInDatabase(path, ParseJournal(arguments.journal)); },
      [](const std::string& sentence) { fmt::print(stderr, "lrsweep: {}\n", sentence); });
}

/// Returns the exit status of a sweep that ran: 0, 1 or 75.
int Run(const RunArguments& arguments, const CommandContext& context) {
  if (!arguments.max_wall_time.empty()) ParseWallTime(arguments.max_wall_time);  // may refuse
  if (ForksWorkers()) {
    CatchInterrupts();
    return RunForked(arguments, context.parts);
  }
  const bool under_mpi = LaunchedUnderMpi();
  if (arguments.workers && !under_mpi) return LaunchProcesses(arguments, context);
  if (arguments.workers && !StartedByLauncher()) {
    throw UsageError("--workers launches the processes itself: leave out mpirun, or --workers");
  }
  CatchInterrupts();
  return under_mpi ? RunUnderMpi(arguments, context.parts) : RunAlone(arguments, context.parts);
}

std::vector<Option> SafetyOptions(RunArguments& arguments) {
  return {{.name = "--retry-failed",
           .target = &arguments.retry_failed,
           .help = "train failed trials again"},
          {.name = "--checkpoint-every",
           .target = &arguments.checkpoint_seconds,
           .help = "least seconds between two checkpoints of a trial; 0: one at every epoch's end",
           .range = Range{.minimum = 0},
           .shows_default = true},
          {.name = "--worker-timeout",
           .target = &arguments.worker_timeout_seconds,
           .help = "seconds of silence after which a worker is marked dead",
           .range = Range{.minimum = 1, .maximum = 1e6},
           .shows_default = true},
          {.name = "--max-attempts",
           .target = &arguments.max_attempts,
           .help = "a trial that ended so many workers is marked failed",
           .range = Range{.minimum = 1, .maximum = 1e6},
           .shows_default = true},
          {.name = "--max-wall-time",
           .target = &arguments.max_wall_time,
           .help = std::string("stop after this time, as if interrupted: ") + kDurationForms,
           .value_name = "TIME"},
          {.name = "--journal",
           .target = &arguments.journal,
           .help = "SQLite's journal: wal, delete (for network file systems), or auto",
           .choices = {"auto", "wal", "delete"},
           .shows_default = true}};
}

std::vector<Option> LaunchOptionRows(RunArguments& arguments) {
  return {{.name = "--workers",
           .target = &arguments.workers,
           .help = "train in this many processes, and supervise them",
           .range = Range{.minimum = 1, .maximum = 1e6}},
          {.name = "--launcher",
           .target = &arguments.launcher,
           .help = "fork: workers of this machine; mpirun: also of others, what follows -- goes to "
                   "mpirun; auto: mpirun with --hostfile, with words after --, or in a batch job "
                   "of several nodes, else fork",
           .choices = kLauncherWords,
           .shows_default = true,
           .needs = "--workers"},
          {.name = "--hostfile",
           .target = &arguments.launch.hostfile,
           .help = "mpirun's: the machines and their slots",
           .needs = "--workers",
           .kind = ValueKind::kFile},
          {.name = "--max-restarts",
           .target = &arguments.launch.max_restarts,
           .help = "launches after the first one, where the coordinator dies",
           .range = Range{.minimum = 0},
           .shows_default = true,
           .needs = "--workers"}};
}

std::vector<Option> OutputOptions(RunArguments& arguments) {
  return {{.name = "--quiet,-q", .target = &arguments.quiet, .help = "print nothing but errors"},
          {.name = "--verbose,-v",
           .target = &arguments.verbose,
           .help = "print a line per epoch",
           .excludes = "--quiet"}};
}

std::vector<Option> RunOptions(RunArguments& arguments) {
  std::vector<Option> options = Join(
      arguments.config.Options(),
      {{.name = "--db",
        .target = &arguments.db,
        .help = "the database to create, or to continue [NAME.db]",
        .kind = ValueKind::kDatabase},
       {.name = "--engine",
        .target = &arguments.engine,
        .help = "what trains: cpu (our kernels), torch (LibTorch), or auto: torch on GPUs, else "
                "cpu [auto]",
        .choices = {"auto", "cpu", "torch"}},
       {.name = "--pack-size",
        .target = &arguments.pack_size,
        .help =
            "on GPUs, train in packs of exactly N trials, filled up where there are fewer, so "
            "that rounding should not depend on how many there are; changes nothing on CPUs [as "
            "many as train fastest]",
        .value_name = "N",
        .range = Range{.minimum = 1, .maximum = 1e5}},
       {.name = "--no-share",
        .target = &arguments.no_share,
        .help = "train every trial by itself, also for the epochs that several have in common"},
       {.name = "--branch-space",
        .target = &arguments.branch_megabytes,
        .help =
            "megabytes of states that wait in the database for trials which continue from them; "
            "beyond it a trial begins from an earlier state, or anew",
        .value_name = "MB",
        .range = Range{.minimum = 0, .maximum = 1e9},
        .shows_default = true},
       StrictOption(arguments.strict)});
  options = Join(std::move(options), SafetyOptions(arguments));
  options = Join(std::move(options), LaunchOptionRows(arguments));
  return Join(std::move(options), OutputOptions(arguments));
}

}  // namespace

SweepConfig LoadConfig(const RunArguments& arguments) {
  SweepConfig config = arguments.config.Load();
  if (config.program) {
    if (arguments.engine) {
      throw UsageError("--engine: the program of trial.command trains the trials: leave it out");
    }
    if (arguments.pack_size) {
      throw UsageError(
          "--pack-size: the program of trial.command trains one trial at a time: leave it out");
    }
    return config;
  }
  return arguments.engine ? arguments.config.Load({{"training.engine", *arguments.engine}})
                          : std::move(config);
}

double ParseWallTime(const std::string& text) {
  const auto seconds = ParseDuration(text);
  if (!seconds) throw UsageError("--max-wall-time " + text + ": expected " + kDurationForms);
  return *seconds;
}

Subcommand RunCommand() {
  const auto arguments = std::make_shared<RunArguments>();
  return {.name = "run",
          .help =
              "Train every trial: alone in one process, in several (--workers), or as ranks under "
              "mpirun or srun. Run again, it continues",
          .options = RunOptions(*arguments),
          .run = [arguments](const CommandContext& context) { return Run(*arguments, context); },
          .takes_mpirun_arguments_with = "--workers"};
}

}  // namespace lrsweep
