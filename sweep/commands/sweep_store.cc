#include "sweep/commands/sweep_store.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "data/sha256.h"
#include "params/errors.h"
#include "params/text.h"
#include "sweep/config/program_checks.h"
#include "sweep/coordinator/adaptive_search.h"
#include "trial/trial_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

constexpr const char* kWayOut = "; name another file by --db to begin anew";

/// Throws UsageError where the new trials would not be comparable with the recorded ones.
void RequireSameMeaning(const fs::path& path, const SweepRecord& before, const SweepRecord& now,
                        bool engine_is_asked_for) {
  if (engine_is_asked_for && before.engine != now.engine) {
    throw UsageError(path.string() + ": its trials were trained by the engine " + before.engine +
                     ", not " + now.engine + kWayOut);
  }
  if (before.dataset_sha256 != now.dataset_sha256) {
    throw UsageError(path.string() + ": its trials were trained on other data (SHA-256 " +
                     before.dataset_sha256 + ", now " + now.dataset_sha256 + ")" + kWayOut);
  }
}

/// Throws UsageError where the command's {args} would be others for trials that keep their ids.
void RequireSameArguments(const fs::path& path, const SweepRecord& before,
                          const SweepConfig& config) {
  if (!config.program) return;
  const auto changed = ChangedArgument(ParseSweepConfig(before.config_yaml, before.name), config);
  if (!changed) return;
  throw UsageError(fmt::format(
      "{}: {{args}} stands for what is swept, and {} is swept in only one of its configuration and "
      "the new one: the same trials would get other arguments; write {{grid: [VALUE]}} for one "
      "value, or the parameter in the command{}",
      path.string(), *changed, kWayOut));
}

/// Fails the trials whose program has ended a lone process too often, and says so: each run would
/// begin with them and end. Here, since --retry-failed tries them once more.
void GiveUpDeadlyTrials(const RunArguments& arguments, const SweepConfig& config,
                        const fs::path& path, Store& store) {
  if (!config.program) return;
  for (const std::string& id : store.BrokenOffIds()) {
    const int64_t attempts = store.LostAttempts(id);
    if (attempts < arguments.max_attempts) continue;
    const std::string error = fmt::format(
        "{} at it broke off together with lrsweep, without a new checkpoint, as many as "
        "--max-attempts allows: its program may end the process that runs it",
        Counted(attempts, "attempt"));
    const auto stored =
        store.ReadCheckpoint(id, [](std::string_view bytes) { return Sha256Hex(bytes); });
    if (stored.checkpoint && !config.program->keep_checkpoints) {
      store.RetireCheckpoint(id, stored.checkpoint->data);
    }
    store.EndTrial(id, TrialState::kFailed, error);
    RemoveAttemptFiles(TrialFolderOf(path, id));
    fmt::print(stderr, "lrsweep: trial {} failed: {}\n", id, error);
  }
}

void PrintChange(const SpaceChange& change, int64_t retried) {
  const auto say = [](int64_t count, const char* what) {
    if (count > 0) fmt::print(stderr, "lrsweep: {} {}\n", Counted(count, "trial"), what);
  };
  say(change.added, "new in the configuration");
  say(change.returned, "in the configuration again");
  say(change.left, "no longer in the configuration: kept, and not ranked");
  say(retried, "that failed will be trained again");
}

/// The database of a new sweep, with the trials that are known before anything is trained.
Store CreateStore(const fs::path& path, const SweepRecord& record, const SearchSpace& space,
                  Journal journal) {
  const auto trial_at = [&space](size_t i) { return space.At(i); };
  const bool is_adaptive = IsAdaptive(space.config());
  Store store = Store::Create(path, record, is_adaptive ? 0 : space.size(), trial_at, journal);
  if (is_adaptive) {
    store.AddDecided(MakeAdaptiveSource(space, store)->TakeDecided());
    store.Commit();
  }
  return store;
}

struct Changed {
  SpaceChange change;
  int64_t retried = 0;
};

/// Gives the database the trials of the space, or those that the search has decided by now.
Changed ChangeTrials(const RunArguments& arguments, const SearchSpace& space,
                     const SweepRecord& record, Store& store) {
  Changed changed;
  const auto retry = [&] { changed.retried = arguments.retry_failed ? store.RetryFailed() : 0; };
  if (IsAdaptive(space.config())) {
    changed.change = store.ChangeSpace(record, [&] {
      retry();  // before the search decides by the values that are left
      return MakeAdaptiveSource(space, store)->TakeDecided();
    });
  } else {
    changed.change = store.ChangeSpace(record, space.size(), [&](size_t i) { return space.At(i); });
    retry();
  }
  store.Commit();
  return changed;
}

}  // namespace

void SweepStore::Discard() {
  store.Close();
  std::error_code ignored;
  fs::remove(path, ignored);
}

fs::path DatabasePath(const RunArguments& arguments, const SweepConfig& config) {
  return arguments.db.empty() ? config.name + ".db" : arguments.db;
}

std::optional<SweepRecord> ExistingSweep(const fs::path& path) {
  if (!Exists(path)) return std::nullopt;
  return Store::Open(path).Sweep();
}

void RequireSameKind(const fs::path& path, const SweepRecord& before, const SweepConfig& config) {
  const bool was_program = before.IsOfProgram();
  if (was_program == config.program.has_value()) return RequireSameArguments(path, before, config);
  const char* program = "those of a program (trial.command)";
  const char* built_in = "those of the built-in model";
  throw UsageError(path.string() + ": its trials are " + (was_program ? program : built_in) +
                   ", not " + (was_program ? built_in : program) + kWayOut);
}

SweepStore OpenSweepStore(const RunArguments& arguments, const SearchSpace& space,
                          SweepRecord record) {
  const fs::path path = DatabasePath(arguments, space.config());
  const Journal journal = ParseJournal(arguments.journal);
  // Checked before the database is opened for writing, so that a refusal does not touch it.
  const auto before = ExistingSweep(path);
  if (!before) {
    return {path, true, record.engine, CreateStore(path, record, space, journal)};
  }
  RequireSameMeaning(path, *before, record, space.config().engine != "auto");
  Store store = Store::OpenForWriting(path, journal);
  record.engine = before->engine;
  GiveUpDeadlyTrials(arguments, space.config(), path, store);
  const Changed changed = ChangeTrials(arguments, space, record, store);
  if (!arguments.quiet) PrintChange(changed.change, changed.retried);
  return {path, false, before->engine, std::move(store)};
}

}  // namespace lrsweep
