#include "sweep/commands/run_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "data/label_warnings.h"
#include "data/shared_dataset.h"
#include "results/store.h"
#include "sweep/commands/run_summary.h"
#include "sweep/commands/sweep_data.h"
#include "sweep/commands/sweep_store.h"
#include "sweep/commands/version.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/process/interrupt.h"
#include "sweep/process/launcher.h"
#include "sweep/search/grid_source.h"
#include "sweep/search/search_space.h"

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

CoordinatorOptions CoordinatorOptionsOf(const RunArguments& arguments) {
  const auto timeout = static_cast<int64_t>(1000 * arguments.worker_timeout_seconds);
  return {.max_attempts = arguments.max_attempts,
          .worker_timeout = std::chrono::milliseconds(timeout)};
}

/// Runs the coordinator over the store and closes it.
RunEnd RunInStore(const RunArguments& arguments, const SearchSpace& space, SweepStore& sweep,
                  WorkerPool& pool, StopCondition& stop) {
  const auto view =
      MakeProgressView(VerbosityOf(arguments), static_cast<int64_t>(space.size()), stdout);
  GridSource source(space, sweep.store.PendingIds());
  Coordinator coordinator(
      source, sweep.store, pool, *view, [&stop] { return stop.ShouldContinue(); },
      std::chrono::steady_clock::now, CoordinatorOptionsOf(arguments));
  RunOutcome outcome;
  try {
    outcome = coordinator.Run();
  } catch (const ResourceError&) {  // no worker can train
    if (sweep.is_new) sweep.Discard();
    throw;
  }
  if (sweep.is_new && outcome.interrupted && !outcome.has_begun) {
    sweep.Discard();
    fmt::print(stderr, "lrsweep: interrupted before the first trial; nothing is left behind\n");
    return {kInterrupted, false};
  }
  PrintExcluded(coordinator.state());
  // Print before closing: mpirun kills us one second after SIGTERM.
  if (outcome.interrupted) {
    fmt::print(stderr, "lrsweep: {}\n", InterruptedText(coordinator.state(), sweep.path.string()));
  }
  sweep.store.Close();
  if (outcome.interrupted) return {kInterrupted, outcome.lost_all_workers};
  if (!arguments.quiet) {
    fmt::print("{}",
               SummaryText(coordinator.state(), program_invocation_name, sweep.path.string()));
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
  const SearchSpace space(LoadConfig(arguments));
  const SweepConfig& config = space.config();
  ReportLint(space, arguments.strict, arguments.quiet);
  SourcedDataset data = FindData(config.fixed, arguments.quiet);
  const int64_t validation_images = std::get<int64_t>(*Find(config.fixed, "dataset.validation"));
  if (!arguments.quiet) PrintWarnings(LabelWarnings(*data.data, validation_images));
  std::optional<PublishedDataset> published;
  if (workers.are_processes) published.emplace(*std::exchange(data.data, nullptr));
  WorkerSetup setup{.engine = ChooseEngine(config.engine, workers.have_gpus),
                    .dataset_folder = data.folder.string(),
                    .dataset_map = published ? published->path() : "",
                    .dataset_sha256 = data.sha256,
                    .validation_images = validation_images,
                    .checkpoint_seconds = arguments.checkpoint_seconds,
                    .silence_seconds = 3 * arguments.worker_timeout_seconds,
                    .pack_size = arguments.pack_size.value_or(0),
                    .data = data.data};
  SweepStore sweep = OpenSweepStore(arguments, space, RecordOf(config, setup));
  setup.engine = sweep.engine;
  const auto pool = workers.make_pool(setup);
  return RunInStore(arguments, space, sweep, *pool, stop);
}

}  // namespace lrsweep
