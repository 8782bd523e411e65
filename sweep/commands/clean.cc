// `lrsweep clean`: removes what the programs of a sweep's trials have left on disk.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "params/errors.h"
#include "params/text.h"
#include "results/database_file.h"
#include "results/store.h"
#include "results/trials_on_disk.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "trial/trial_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

struct CleanArguments {
  std::string db;
  bool yes = false;  // without asking
  bool all = false;  // also of trials that are not over
};

/// The folders of a sweep's trials. Others that are beside them belong to somebody else.
struct Folders {
  fs::path of;
  std::vector<std::string> over;      // of trials that have ended
  std::vector<std::string> not_over;  // that a trial needs to go on: its own, or of one with which
                                      // it shares its first epochs
};

Folders FoldersOf(const std::string& db) {
  return WithUsageErrors(db, [&] {
    Folders folders{.of = TrialsFolderOf(db)};
    const Store store = Store::Open(db);
    std::set<std::string> over;
    std::set<std::string> not_over;
    const std::set<std::string> lenders = store.Lenders();
    store.EachTrial([&](const TrialRow& trial) {
      const bool ended =
          trial.state != "pending" && trial.state != "running" && !lenders.contains(trial.trial_id);
      (ended ? over : not_over).insert(trial.trial_id);
    });
    for (std::string& name : FoldersOfTrials(folders.of)) {
      if (over.contains(name))
        folders.over.push_back(std::move(name));
      else if (not_over.contains(name))
        folders.not_over.push_back(std::move(name));
    }
    return folders;
  });
}

/// Throws UsageError where the folder is a link, which would lead elsewhere.
void RefuseLink(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_symlink(fs::symlink_status(folder, ignored))) return;
  throw UsageError(folder.string() +
                   " is a link, which is not followed: remove what it points to yourself");
}

/// Keeps others from training the sweep; none where the database cannot be locked. Throws
/// UsageError where somebody does.
std::optional<WriterLock> LockOut(const std::string& db) {
  try {
    return std::optional<WriterLock>(std::in_place, db);
  } catch (const fs::filesystem_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) return std::nullopt;
    throw UsageError(db + ": the sweep is running, and --all would remove what it needs");
  }
}

/// Asks on the terminal. Throws UsageError where there is none.
bool IsConfirmed(const std::string& question) {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
    throw UsageError("no terminal to ask on: nothing is removed without --yes");
  }
  Print(stderr, question + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || Lower(answer) == "yes";
}

/// "2 trials are not over: ...", for folders that stay; empty for none.
std::string Kept(size_t folders) {
  if (folders == 0) return "";
  return fmt::format("{}: kept, to go on with (--all removes that too)\n",
                     folders == 1
                         ? "1 trial is not over"
                         : Counted(static_cast<int64_t>(folders), "trial") + " are not over");
}

int Clean(const CleanArguments& arguments) {
  const Folders folders = FoldersOf(arguments.db);
  RefuseLink(folders.of);
  std::vector<std::string> removed = folders.over;
  const bool of_unfinished = arguments.all && !folders.not_over.empty();
  const std::optional<WriterLock> lock = of_unfinished ? LockOut(arguments.db) : std::nullopt;
  if (of_unfinished) {
    removed.insert(removed.end(), folders.not_over.begin(), folders.not_over.end());
  }
  const std::string kept = Kept(of_unfinished ? 0 : folders.not_over.size());
  if (removed.empty()) {
    return PrintResult("nothing to remove in " + folders.of.string() + "\n" + kept);
  }
  const DiskUse use = MeasureFolders(folders.of, removed);
  const std::string size = BytesText(static_cast<double>(use.bytes));
  const std::string question =
      fmt::format("Remove output, parameters and kept checkpoints of {} ({}) in {}?{}",
                  Counted(use.folders, "trial"), size, folders.of.string(),
                  of_unfinished ? "\nThose of them that are not over will begin anew." : "");
  if (!arguments.yes && !IsConfirmed(question)) return PrintResult("nothing is removed\n");
  RemoveFolders(folders.of, removed);
  return PrintResult(fmt::format("removed {}, {}, in {}\n{}", Counted(use.folders, "folder"), size,
                                 folders.of.string(), kept));
}

}  // namespace

Subcommand CleanCommand() {
  const auto arguments = std::make_shared<CleanArguments>();
  return {.name = "clean",
          .help = "Remove what the programs of trials have left on disk",
          .options = {DatabaseOption(arguments->db),
                      {.name = "--yes,-y",
                       .target = &arguments->yes,
                       .help = "do not ask; needed where there is no terminal"},
                      {.name = "--all",
                       .target = &arguments->all,
                       .help = "also of trials that are not over, which then begin anew"}},
          .run = [arguments](const CommandContext&) { return Clean(*arguments); },
          .footer =
              "Removes the folders in DB.trials: output.log, params.json, and checkpoints that "
              "`keep: true`\nhas left. The database stays, and so does what is not a trial's."};
}

}  // namespace lrsweep
