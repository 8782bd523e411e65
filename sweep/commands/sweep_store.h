// The database of a run: created, or opened to be continued.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "results/store.h"
#include "sweep/commands/run.h"
#include "sweep/search/search_space.h"

namespace lrsweep {

struct SweepStore {
  std::filesystem::path path;
  bool is_new = false;
  std::string engine;  // "cpu", "torch" or "command": that of a continued sweep never changes
  Store store;

  /// Closes and deletes a database in which nothing is recorded. It would bind the next run to its
  /// engine and its data.
  void Discard();
};

/// --db, or NAME.db in the current folder.
std::filesystem::path DatabasePath(const RunArguments& arguments, const SweepConfig& config);

/// The sweep of the database `path`; nullopt where there is no such file. Throws StoreError.
std::optional<SweepRecord> ExistingSweep(const std::filesystem::path& path);

/// Throws UsageError where the database's trials are a program's and those of the configuration the
/// built-in model's, or the reverse, or where the program would get other arguments for the same
/// trials.
void RequireSameKind(const std::filesystem::path& path, const SweepRecord& before,
                     const SweepConfig& config);

/// Creates the database with `record` and the trials of `space`, or opens the one that is there and
/// adapts its trials to the space; says on stderr what changed. Throws UsageError, and leaves the
/// database untouched, where its trials were trained on other data, or by another engine than the
/// configuration asks for. Throws StoreError.
SweepStore OpenSweepStore(const RunArguments& arguments, const SearchSpace& space,
                          SweepRecord record);

}  // namespace lrsweep
