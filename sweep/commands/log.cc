// `lrsweep log`: what a trial's program has printed, once or until the trial is over.

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "analysis/selection.h"
#include "params/errors.h"
#include "params/text.h"
#include "results/database_file.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/process/interrupt.h"
#include "trial/trial_folder.h"
#include "views/terminal/terminal_text.h"
#include "views/terminal/trial_output.h"

namespace lrsweep {
namespace {

struct LogArguments {
  std::string db;
  std::string trial;    // the beginning of its id
  bool follow = false;  // until the trial is over
};

constexpr auto kPause = std::chrono::milliseconds(250);
constexpr int kPausesBetweenLooks = 4;  // at the database

struct LoggedTrial {
  std::string id;
  std::string state;
  std::string trained_as;  // the trial that was trained for it; empty: itself

  bool IsOver() const { return state != "pending" && state != "running"; }
};

/// The trial that was trained for one that is the same training; empty: itself.
std::string TrainedAs(const Store& store, const TrialRow& trial) {
  if (trial.shared_epochs < trial.epochs_done || trial.epochs_done == 0) return "";
  if (!store.Attempts(trial.trial_id).empty()) return "";
  for (std::string& sharer : store.SharersOf(trial.trial_id)) {
    if (!store.Attempts(sharer).empty()) return std::move(sharer);
  }
  return "";
}

LoggedTrial Find(const LogArguments& arguments) {
  return WithUsageErrors(arguments.db, [&]() -> LoggedTrial {
    const Store store = Store::Open(arguments.db);
    const TrialRow trial = FindTrial(store, arguments.trial);
    if (!store.Sweep().IsOfProgram()) {
      throw UsageError(arguments.db +
                       ": its trials are of the built-in model, which prints nothing; see `lrsweep "
                       "show` for one of them");
    }
    return {trial.trial_id, trial.state, TrainedAs(store, trial)};
  });
}

/// Prints the bytes to stdout. A terminal gets them without control characters.
class Printer {
 public:
  void Add(std::string_view piece) {
    Print(stdout, is_terminal_ ? safe_.Add(piece) : std::string(piece));
  }
  void Finish() { Print(stdout, safe_.Finish()); }

 private:
  bool is_terminal_ = isatty(STDOUT_FILENO) == 1;
  TerminalText safe_;
};

/// Why there is nothing to print.
std::string WhyNone(const LoggedTrial& trial, const std::string& db) {
  if (trial.state == "pending") return "trial " + trial.id + " has printed nothing yet";
  if (!trial.trained_as.empty()) {
    return "trial " + trial.id + " was trained as " + trial.trained_as + ": lrsweep log " + db +
           " " + trial.trained_as;
  }
  const std::filesystem::path folder = TrialFolderOf(db, trial.id);
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored)) return "trial " + trial.id + " has printed nothing";
  return "trial " + trial.id + " has no output: there is no folder " + folder.string() +
         "; `lrsweep clean` removes it, and a database that is moved needs its folder beside it";
}

void Note(const std::string& sentence) { std::cerr << "lrsweep: " << sentence << "\n"; }

int ShowLog(const LogArguments& arguments) {
  const LoggedTrial trial = Find(arguments);
  TrialOutput output(TrialFolderOf(arguments.db, trial.id));
  Printer printer;
  if (!output.Read([&printer](std::string_view piece) { printer.Add(piece); })) {
    Note(WhyNone(trial, arguments.db));
  }
  printer.Finish();
  return kAllEndedWell;
}

/// Whether somebody may still read what goes to stdout: not where it is a pipe whose reader has
/// ended.
bool HasReader() {
  pollfd out{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  return poll(&out, 1, 0) <= 0 || (out.revents & POLLERR) == 0;
}

/// Ends when the trial is over, with an interrupt, or when nobody reads any more.
int FollowLog(const LogArguments& arguments) {
  CatchInterrupts();
  std::signal(SIGPIPE, SIG_DFL);  // a reader that ends, as `head` does, ends this too
  LoggedTrial trial = Find(arguments);
  TrialOutput output(TrialFolderOf(arguments.db, trial.id));
  Printer printer;
  bool any = false;
  if (!trial.IsOver() && !IsBeingWritten(arguments.db)) {
    Note("the sweep is not running: waiting for it");
  }
  for (int looks = 1;; ++looks) {
    const bool is_over = trial.IsOver();  // known before the last reading
    any |= output.Read([&printer](std::string_view piece) { printer.Add(piece); });
    if (is_over || !HasReader() || !SleepUnlessInterrupted(kPause)) break;
    if (looks % kPausesBetweenLooks == 0) trial = Find(arguments);
  }
  printer.Finish();
  if (!any && trial.IsOver()) Note(WhyNone(trial, arguments.db));
  return kAllEndedWell;
}

}  // namespace

Subcommand LogCommand() {
  const auto arguments = std::make_shared<LogArguments>();
  return {.name = "log",
          .help = "Print what a trial's program has printed",
          .options = {DatabaseOption(arguments->db),
                      {.name = "TRIAL",
                       .target = &arguments->trial,
                       .help = "its id, or the beginning of it",
                       .is_required = true,
                       .kind = ValueKind::kTrial},
                      {.name = "--follow,-f",
                       .target = &arguments->follow,
                       .help = "print what is added, until the trial is over"}},
          .run =
              [arguments](const CommandContext&) {
                return arguments->follow ? FollowLog(*arguments) : ShowLog(*arguments);
              },
          .footer =
              "A file or pipe gets every byte; a terminal gets control characters as ^[ and "
              "the like.\nOf a long output the last 32 to 64 MB are kept."};
}

}  // namespace lrsweep
