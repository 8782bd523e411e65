// `lrsweep export`: writes a sweep in the formats of other tools.

#include "views/exports/export.h"

#include <iostream>
#include <memory>
#include <string>

#include "params/errors.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/shared_options.h"
#include "sweep/process/interrupt.h"
#include "views/exports/tables.h"

namespace lrsweep {
namespace {

struct ExportArguments {
  std::string db;
  ExportOptions options;
};

int RunExport(const ExportArguments& arguments) {
  ExportOptions options = arguments.options;
  if (options.output == "-") options.output.clear();
  if (!options.output.empty()) {  // to stdout, a signal ends the program like any other filter
    CatchInterrupts();
    options.interrupted = Interrupted;
  }
  WithUsageErrors(arguments.db, [&] { Export(Store::Open(arguments.db), options, std::cout); });
  return kAllEndedWell;
}

std::vector<Option> ExportOptionRows(ExportArguments& arguments) {
  ExportOptions& options = arguments.options;
  return {DatabaseOption(arguments.db),
          {.name = "--to",
           .target = &options.format,
           .help = "the format",
           .choices = ExportFormats(),
           .is_required = true},
          {.name = "OUTPUT,-o,--output",
           .target = &options.output,
           .help = "where to: a new file (csv, json, jsonl; - is stdout, the default), or a new "
                   "folder (the others)",
           .value_name = "PATH",
           .kind = ValueKind::kFile},
          {.name = "--table",
           .target = &options.table,
           .help = "what csv, json and jsonl hold",
           .choices = ExportTables(),
           .shows_default = true},
          {.name = "--steps",
           .target = &options.step_points,
           .help = "tensorboard and mlflow: also curves over optimizer steps, of at most so many "
                   "points; 0: of every step",
           .value_name = "POINTS"}};
}

}  // namespace

Subcommand ExportCommand() {
  const auto arguments = std::make_shared<ExportArguments>();
  ExportOptions& options = arguments->options;
  return {.name = "export",
          .help = "Write a sweep in the formats of other tools",
          .options = Join(ExportOptionRows(*arguments), ObjectiveRows(options.objective)),
          .run = [arguments](const CommandContext&) { return RunExport(*arguments); }};
}

}  // namespace lrsweep
