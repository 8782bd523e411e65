// `lrsweep verify`: trains stored trials again and compares every bit.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/selection.h"
#include "params/errors.h"
#include "params/text.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/commands/version.h"
#include "sweep/process/interrupt.h"
#include "sweep/verification/stored_trial.h"
#include "sweep/verification/trainer.h"
#include "sweep/verification/verify_report.h"
#include "sweep/verification/verify_trial.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

struct VerifyArguments {
  std::string db;
  std::vector<std::string> trials;  // beginnings of their ids
  bool all = false;
  std::optional<int64_t> epochs;  // the first ones only
  std::string data;  // the folder where the data are now; empty: where the sweep found them
  bool json = false;
};

/// The trials that the command names, once each.
std::vector<std::string> ChosenIds(const Store& store, const VerifyArguments& arguments) {
  if (arguments.trials.empty() && !arguments.all) throw UsageError("verify: name trials, or --all");
  std::vector<std::string> ids;
  for (const std::string& prefix : arguments.trials) {
    std::string id = FindTrial(store, prefix).trial_id;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
  }
  if (!arguments.all) return ids;
  for (const TrialRow& row : store.Trials()) {
    if (row.epochs_done > 0 && row.in_space) ids.push_back(row.trial_id);
  }
  if (ids.empty()) throw UsageError(arguments.db + ": no trial has an epoch to compare yet");
  return ids;
}

/// A progress line that overwrites itself on a terminal; nothing elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* err) : err_(FindTerminal(err) ? err : nullptr) {}
  ~ProgressLine() { Show(""); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(const std::string& line) const {
    if (err_ == nullptr) return;
    fmt::print(err_, "\r\x1b[K{}", line);
    std::fflush(err_);
  }

 private:
  std::FILE* err_;
};

/// Trains the trials again in this process, by the engine that their database names, and compares
/// each epoch with the recorded one as it ends. The text goes to `out` trial by trial, JSON at the
/// end; a terminal behind `err` shows the progress. Returns kAllEndedWell where every bit agrees,
/// kSomeFailed where one does not, kInterrupted where a signal came first. Throws UsageError where
/// there is nothing to compare, or other data under the data set's name; DataError, StoreError, and
/// ResourceError where the engine cannot be had.
int VerifyTrials(const VerifyArguments& arguments, const MakeExecutor& make, std::FILE* out,
                 std::FILE* err) {
  // The database is opened for each trial: training takes long, and a running sweep must not wait
  // for this reader.
  const SweepRecord sweep =
      WithUsageErrors(arguments.db, [&] { return Store::Open(arguments.db).Sweep(); });
  const std::vector<std::string> ids = WithUsageErrors(
      arguments.db, [&] { return ChosenIds(Store::Open(arguments.db), arguments); });
  const Style style = StyleFor(out);
  Trainer trainer(sweep, arguments.db, arguments.data, make);
  Json trials = Json::array();
  int64_t agree = 0;
  int64_t differ = 0;
  CatchInterrupts();
  for (const std::string& id : ids) {
    if (Interrupted()) break;
    const StoredTrial stored = WithUsageErrors(arguments.db, [&] {
      const Store store = Store::Open(arguments.db);
      return ReadTrial(store, sweep, store.TrialById(id));
    });
    const Verification found = [&] {
      const ProgressLine progress(err);
      return VerifyTrial(stored, sweep, {kVersion, arguments.epochs}, trainer,
                         [&progress](const std::string& line) { progress.Show(line); });
    }();
    agree += found.Agrees() ? 1 : 0;
    differ += found.Differs() ? 1 : 0;
    if (arguments.json) {
      trials.push_back(ToJson(found));
    } else {
      Print(out, VerificationText(found, style));
    }
  }
  if (arguments.json) {
    Print(out, Print(Json{{"name", sweep.name},
                          {"engine", sweep.engine},
                          {"dataset_sha256", sweep.dataset_sha256},
                          {"agree", agree},
                          {"trials", std::move(trials)}}));
  } else if (ids.size() > 1) {
    Print(out,
          fmt::format("{} of {} {}\n", agree, Counted(ids.size(), "trial"),
                      sweep.IsOfProgram() ? "give the same numbers again" : "agree in every bit"));
  }
  if (differ > 0) return kSomeFailed;
  return static_cast<size_t>(agree) == ids.size() ? kAllEndedWell : kInterrupted;
}

}  // namespace

Subcommand VerifyCommand() {
  const auto arguments = std::make_shared<VerifyArguments>();
  return {.name = "verify",
          .help = "Train stored trials again and compare every bit with what is recorded",
          .options = {DatabaseOption(arguments->db),
                      JsonOption(arguments->json),
                      {.name = "TRIAL",
                       .target = &arguments->trials,
                       .help = "ids, or their beginnings",
                       .kind = ValueKind::kTrial},
                      {.name = "--all",
                       .target = &arguments->all,
                       .help = "every trial that has an epoch",
                       .excludes = "TRIAL"},
                      {.name = "--epochs",
                       .target = &arguments->epochs,
                       .help = "compare only the first epochs, so many",
                       .range = Range{.minimum = 1}},
                      {.name = "--data",
                       .target = &arguments->data,
                       .help = "the folder where the data are now, if they have moved",
                       .value_name = "FOLDER",
                       .kind = ValueKind::kFolder}},
          .run =
              [arguments](const CommandContext& context) {
                return VerifyTrials(*arguments, context.parts.make_executor, stdout, stderr);
              },
          .footer = "Exit status: 0 every bit agrees, 1 something differs."};
}

}  // namespace lrsweep
