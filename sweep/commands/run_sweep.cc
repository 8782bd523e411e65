#include "sweep/commands/run_sweep.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "data/label_warnings.h"
#include "data/shared_dataset.h"
#include "params/errors.h"
#include "results/store.h"
#include "sweep/commands/run_summary.h"
#include "sweep/commands/sweep_store.h"
#include "sweep/commands/version.h"
#include "sweep/coordinator/adaptive_search.h"
#include "sweep/coordinator/checkpoint_files.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/data/sweep_data.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/launcher.h"
#include "sweep/search/grid_source.h"
#include "sweep/search/search_space.h"
#include "sweep/search/trial_shape.h"
#include "trial/trial_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

SweepRecord RecordOf(const SweepConfig& config, const WorkerSetup& setup) {
  SweepRecord sweep;
  sweep.name = config.name;
  sweep.config_yaml = config.yaml;
  sweep.objective = config.objective;
  sweep.engine = setup.engine;
  sweep.dataset_sha256 = setup.dataset_sha256;
  sweep.version = kVersion;
  sweep.record_steps = config.record_steps;
  if (config.race) sweep.race_confidence = config.race->confidence;
  if (config.program) sweep.reported_metrics = config.metrics;
  return sweep;
}

/// Says which workers got no trials any more, and why: whatever ends well, someone has to look at
/// these machines.
void PrintExcluded(const SweepState& state) {
  for (const ExcludedWorker& excluded : state.excluded) {
    fmt::print(stderr, "lrsweep: {}\n", Describe(excluded));
  }
}

Verbosity VerbosityOf(const RunArguments& arguments) {
  if (arguments.quiet) return Verbosity::kQuiet;
  return arguments.verbose ? Verbosity::kVerbose : Verbosity::kNormal;
}

std::chrono::milliseconds Seconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(1000 * seconds));
}

/// `program`: whose trials they are; none for the built-in model.
CoordinatorOptions CoordinatorOptionsOf(const RunArguments& arguments,
                                        const std::optional<ProgramSpec>& program) {
  CoordinatorOptions options{.max_attempts = arguments.max_attempts,
                             .worker_timeout = Seconds(arguments.worker_timeout_seconds)};
  // A program that is told to stop has its grace to save a checkpoint; then it must be reported.
  constexpr double kReportSeconds = 5;
  if (program) {
    options.stop_limit =
        std::max(options.stop_limit, Seconds(program->grace_seconds + kReportSeconds));
  }
  return options;
}

/// Lets the trials name their data as the database does, if there is one, or else by content.
/// Returns the data where they had to be read for that. Throws UsageError where the database's
/// trials are not of the kind that the configuration describes.
std::optional<SourcedDataset> UseIdentityOf(const fs::path& db, SweepConfig& config) {
  const auto sweep = ExistingSweep(db);
  if (sweep) RequireSameKind(db, *sweep, config);
  if (sweep && sweep->identity == 1) {
    HoldBackLast(config);
    return std::nullopt;
  }
  return NameByContent(config);
}

/// What workers of any kind are told.
WorkerSetup SetupOf(const RunArguments& arguments) {
  return {.checkpoint_seconds = arguments.checkpoint_seconds,
          .silence_seconds = 3 * arguments.worker_timeout_seconds,
          .pack_size = arguments.pack_size.value_or(0)};
}

/// Throws ResourceError where something else is in the place of the trials' folder, or nothing can
/// be made in it: it is not the fault of a trial.
void RequireTrialsFolder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(fs::symlink_status(folder, error))) return;
  if (!fs::is_directory(status)) {
    throw ResourceError(folder.string() +
                        ": the trials' programs need a folder of this name, and it is none: remove "
                        "or rename it, or name another database by --db");
  }
  if (access(folder.c_str(), W_OK | X_OK) == 0) return;
  throw ResourceError(folder.string() + ": nothing can be written in it: " + std::strerror(errno));
}

/// What workers that run a user's program are told.
WorkerSetup ProgramSetup(const RunArguments& arguments, const SweepConfig& config) {
  WorkerSetup setup = SetupOf(arguments);
  setup.engine = kCommandEngine;
  setup.program = config.program;
  setup.program->trials_folder = TrialsFolderOf(DatabasePath(arguments, config)).string();
  RequireTrialsFolder(setup.program->trials_folder);
  return setup;
}

/// What workers that train the built-in model are told. `read`: the data, where they were read
/// already.
WorkerSetup BuiltInSetup(const RunArguments& arguments, const SweepConfig& config,
                         std::optional<SourcedDataset> read, bool workers_have_gpus) {
  SourcedDataset data = read ? *std::move(read) : FindData(config.dataset, arguments.quiet);
  const HeldBack held_back(config.fixed);
  data.data = held_back.Last(data.data);
  if (!arguments.quiet) PrintWarnings(LabelWarnings(*data.data, held_back.images));
  WorkerSetup setup = SetupOf(arguments);
  setup.engine = ChooseEngine(config.engine, workers_have_gpus);
  setup.dataset_folder = data.folder.string();
  setup.dataset_sha256 = data.sha256;
  setup.validation_images = held_back.images;
  setup.draws_held_back = held_back.are_drawn;
  setup.data = std::move(data.data);
  return setup;
}

/// Publishes the data for the workers of this machine, in place of this process' own copy.
void Publish(WorkerSetup& setup, std::optional<PublishedDataset>& published) {
  const auto data = std::exchange(setup.data, nullptr);
  published.emplace(*data);
  setup.dataset_map = published->path();
  setup.dataset_map_sha256 = setup.draws_held_back ? DatasetSha256(*data) : setup.dataset_sha256;
}

/// The training images of an epoch, where trials of this sweep may share epochs; else 0. Of a
/// program, which has none, 1. With the built-in model it has not been shown on GPUs that the bits
/// are the same.
int64_t SharesWithImages(const RunArguments& arguments, const SearchSpace& space,
                         int64_t training_images, bool on_gpus) {
  if (arguments.no_share) return 0;
  if (const auto& program = space.config().program) return program->resumes_exactly ? 1 : 0;
  return on_gpus ? 0 : ImagesPerEpoch(space.config(), training_images);
}

/// The source of the trials to train. `shares_with_images`: SharesWithImages.
std::unique_ptr<TrialSource> MakeSource(const SearchSpace& space, const Store& store,
                                        int64_t shares_with_images) {
  if (IsAdaptive(space.config())) {
    auto source = MakeAdaptiveSource(space, store);
    source->GatherShared(shares_with_images, space.config().program);
    return source;
  }
  auto source = std::make_unique<GridSource>(space, store.PendingIds());
  if (shares_with_images > 0) source->GatherShared(shares_with_images);
  return source;
}

/// Runs the coordinator over the store and closes it.
RunEnd RunInStore(const RunArguments& arguments, const SearchSpace& space, SweepStore& sweep,
                  WorkerPool& pool, StopCondition& stop, int64_t shares_with_images) {
  const bool with_epochs = LengthsDiffer(space.config());
  const auto view = MakeProgressView(VerbosityOf(arguments), static_cast<int64_t>(space.size()),
                                     with_epochs, stdout);
  const auto source = MakeSource(space, sweep.store, shares_with_images);
  const auto& program = space.config().program;
  CoordinatorOptions options = CoordinatorOptionsOf(arguments, program);
  CheckpointFiles files(TrialsFolderOf(sweep.path), program && program->keep_checkpoints);
  if (program) options.files = &files;
  options.shares_with_images = shares_with_images;
  options.branch_bytes = arguments.branch_megabytes << 20;
  Coordinator coordinator(
      *source, sweep.store, pool, *view, [&stop] { return stop.ShouldContinue(); },
      std::chrono::steady_clock::now, options);
  RunOutcome outcome;
  try {
    outcome = coordinator.Run();
  } catch (const ResourceError&) {  // no worker can train
    if (sweep.is_new) sweep.Discard();
    throw;
  }
  if (sweep.is_new && outcome.interrupted && !outcome.has_begun) {
    sweep.Discard();
    fmt::print(stderr, "lrsweep: {} before the first trial; nothing is left behind\n",
               outcome.lost_all_workers ? "all workers were lost" : "interrupted");
    return {kInterrupted, outcome.lost_all_workers};
  }
  PrintExcluded(coordinator.state());
  // Print before closing: mpirun kills us one second after SIGTERM.
  if (outcome.interrupted) {
    fmt::print(stderr, "lrsweep: {}\n", InterruptedText(coordinator.state(), sweep.path.string()));
  }
  const WorkDone work = sweep.store.CountWork();
  sweep.store.Close();
  if (outcome.interrupted) return {kInterrupted, outcome.lost_all_workers};
  if (!arguments.quiet) {
    fmt::print("{}", SummaryText(coordinator.state(), work, program_invocation_name,
                                 sweep.path.string(), with_epochs));
  }
  return {coordinator.state().failed > 0 ? kSomeFailed : kAllEndedWell, false};
}

}  // namespace

StopCondition::StopCondition(const RunArguments& arguments, bool has_launcher)
    : has_launcher_(has_launcher) {
  if (arguments.max_wall_time.empty()) return;
  // A new launch of the same command has what the first one left of its time.
  const double left = ParseWallTime(arguments.max_wall_time) - SecondsSinceLaunch();
  limit_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(std::max(left, 0.0)));
}

bool StopCondition::ShouldContinue() {
  return !Interrupted() && !(limit_ && Clock::now() >= *limit_) &&
         !(has_launcher_ && lifeline_.IsBroken());
}

RunEnd RunSweep(const RunArguments& arguments, const Workers& workers, StopCondition& stop) {
  SweepConfig config = LoadConfig(arguments);
  std::optional<SourcedDataset> read = UseIdentityOf(DatabasePath(arguments, config), config);
  const SearchSpace space(std::move(config));
  ReportLint(space, arguments.strict, arguments.quiet);
  WorkerSetup setup = space.config().program ? ProgramSetup(arguments, space.config())
                                             : BuiltInSetup(arguments, space.config(),
                                                            std::move(read), workers.have_gpus);
  const int64_t images = setup.data == nullptr ? 0 : setup.data->train.count;
  std::optional<PublishedDataset> published;
  if (workers.are_processes && setup.data != nullptr) Publish(setup, published);
  SweepStore sweep = OpenSweepStore(arguments, space, RecordOf(space.config(), setup));
  setup.engine = sweep.engine;
  const auto pool = workers.make_pool(setup);
  const bool on_gpus = setup.engine != "cpu" && workers.have_gpus;
  return RunInStore(arguments, space, sweep, *pool, stop,
                    SharesWithImages(arguments, space, images, on_gpus));
}

}  // namespace lrsweep
