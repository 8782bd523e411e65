#include "sweep/commands/cli_reading.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "views/exports/tables.h"

namespace lrsweep {
namespace {

/// Adds a command whose words are parsed into a Command, which `add_options` ties to its options.
template <typename Command, typename AddOptions>
void Add(CLI::App& app, CommandLine& chosen, const std::string& name,
         const std::string& description, const AddOptions& add_options) {
  const auto parsed = std::make_shared<Command>();
  CLI::App* command = app.add_subcommand(name, description);
  add_options(*command, *parsed);
  command->callback([parsed, &chosen] { chosen = *parsed; });
}

void AddDatabase(CLI::App& command, std::string& db, bool& json) {
  command.add_option("DB", db, "the sweep's database")->required();
  command.add_flag("--json", json, "print JSON");
}

/// The objective, where it is not the sweep's.
template <typename Command>
void AddObjective(CLI::App& command, Command& options) {
  command
      .add_option(
          "--metric", options.metric,
          "val_accuracy, val_loss or train_loss; epochs_to(METRIC, THRESHOLD), steps_to(...) "
          "or seconds_to(...); area_under(METRIC); final_minus_best(METRIC) [the sweep's]")
      ->type_name("METRIC");
  command.add_option("--mode", options.mode, "max or min [the sweep's, or the metric's]")
      ->check(CLI::IsMember({"max", "min"}));
  command
      .add_option("--scope", options.scope,
                  "which epochs count: last, best, avg, last-5-avg or last-10-avg [the sweep's]")
      ->check(CLI::IsMember(Scopes()));
}

void AddTop(CLI::App& command, TopCommand& top) {
  TopOptions& options = top.options;
  AddDatabase(command, top.db, top.json);
  AddObjective(command, options);
  command
      .add_option_function<std::string>(
          "--by", [&options](const std::string& by) { options.by_group = by == "group"; },
          "trial, or group: trials that differ in the seed alone [trial]")
      ->check(CLI::IsMember({"trial", "group"}));
  command
      .add_option("--where", options.where,
                  "only those for which this holds, in SQL: 'scheduler = \"CyclicLR\" and max_lr > "
                  "0.05'")
      ->type_name("CONDITION");
  command
      .add_option("--pareto", options.pareto,
                  "of two metrics: only those that no other beats in both")
      ->type_name("METRIC,METRIC");
  command
      .add_option_function<std::string>(
          "--columns",
          [&options](const std::string& list) { options.columns = SplitExpressions(list); },
          "what to show: place, trial_id, value ..., parameters, metrics")
      ->type_name("NAME,...");
  command.add_option("--limit", options.limit, "rows; 0 shows all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_flag_function(
      "--verdict,!--no-verdict", [&options](int64_t times) { options.verdict = times > 0; },
      "whether the first is better than the next, and what matters [up to 10,000 trials]");
  command.add_flag("--effects", options.effects,
                   "what matters in full: the mean of every value of every parameter");
}

void AddReport(CLI::App& command, ReportCommand& report) {
  command.add_option("DB", report.dbs, "the sweeps' databases, shown together")->required();
  command.add_option("-o,--output", report.output, "the file to write; replaced if it is there")
      ->type_name("FILE")
      ->capture_default_str();
  AddObjective(command, report);
  command.add_flag("--watch", report.watch,
                   "write it anew every few seconds while the sweep runs; the page follows");
}

void AddShow(CLI::App& command, ShowCommand& show) {
  AddDatabase(command, show.db, show.json);
  command.add_option("TRIAL", show.trial, "its id, or the beginning of it")->required();
  command
      .add_flag("--config", show.config,
                "print a configuration that trains this trial, and it alone")
      ->excludes("--json");
}

void AddCompare(CLI::App& command, CompareCommand& compare) {
  command
      .add_option("WHAT", compare.words,
                  "DB TRIAL TRIAL..., trials of one database; DB DB, two databases; or "
                  "DB:TRIAL DB:TRIAL..., trials of several. For a trial, the beginning of its id")
      ->required();
  command.add_option("--by", compare.by, "trial, or group: each stands for all seeds of its group")
      ->check(CLI::IsMember({"trial", "group"}))
      ->capture_default_str();
  command.add_flag("--json", compare.json, "print JSON");
}

void AddVerify(CLI::App& command, VerifyCommand& verify) {
  AddDatabase(command, verify.db, verify.json);
  auto* trials = command.add_option("TRIAL", verify.trials, "ids, or their beginnings");
  command.add_flag("--all", verify.all, "every trial that has an epoch")->excludes(trials);
  command.add_option("--epochs", verify.epochs, "compare the first epochs only")
      ->check(CLI::PositiveNumber);
  command.footer("Exit status: 0 every bit agrees, 1 something differs.");
}

void AddStatus(CLI::App& command, StatusCommand& status) {
  AddDatabase(command, status.db, status.json);
  command.add_flag("--watch", status.watch,
                   "look again every 2 seconds until the sweep ends; where no terminal reads, a "
                   "line for every change");
  command.add_flag("--exit-code", status.exit_code,
                   "exit as the sweep's run would: 0, 1 where trials failed, 75 with work left");
}

void AddExport(CLI::App& command, ExportCommand& chosen) {
  ExportOptions& options = chosen.options;
  command.add_option("DB", chosen.db, "the sweep's database")->required();
  command.add_option("--to", options.format, "the format")
      ->required()
      ->check(CLI::IsMember(ExportFormats()));
  command
      .add_option("OUTPUT,-o,--output", options.output,
                  "where to: a new file (csv, json, jsonl; - is stdout, the default), or a new "
                  "folder (the others)")
      ->type_name("PATH");
  command.add_option("--table", options.table, "what csv, json and jsonl hold")
      ->check(CLI::IsMember(ExportTables()))
      ->capture_default_str();
  command
      .add_option("--steps", options.step_points,
                  "tensorboard and mlflow: also curves over optimizer steps, of at most so many "
                  "points; 0: of every step")
      ->type_name("POINTS");
  command.add_option("--metric", options.metric, "what ranks, as for top [the sweep's]");
  command.add_option("--mode", options.mode, "max or min [the sweep's, or the metric's]")
      ->check(CLI::IsMember({"max", "min"}));
  command.add_option("--scope", options.scope, "which epoch counts, as for top [the sweep's]");
}

}  // namespace

void AddReadingCommands(CLI::App& app, CommandLine& chosen) {
  Add<TopCommand>(app, chosen, "top", "Rank the trials of a sweep", AddTop);
  Add<ReportCommand>(app, chosen, "report", "Write one HTML page about sweeps", AddReport);
  Add<ShowCommand>(app, chosen, "show", "Show one trial: parameters, provenance, curves, repeating",
                   AddShow);
  Add<CompareCommand>(app, chosen, "compare", "Compare trials, groups or databases", AddCompare);
  Add<VerifyCommand>(app, chosen, "verify",
                     "Train stored trials again and compare every bit with what is recorded",
                     AddVerify);
  Add<StatusCommand>(app, chosen, "status", "Show how far a sweep is", AddStatus);
  Add<ExportCommand>(app, chosen, "export", "Write a sweep in the formats of other tools",
                     AddExport);
}

}  // namespace lrsweep
