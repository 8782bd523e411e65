// `lrsweep top`: ranks the trials, or the groups of trials, of a sweep.

#include "views/terminal/top.h"

#include <memory>
#include <optional>
#include <string>

#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "trial/metric_expression.h"
#include "views/terminal/style.h"

namespace lrsweep {
namespace {

struct TopArguments {
  std::string db;
  TopOptions options;
  std::string by = "trial";            // or "group"
  std::optional<std::string> columns;  // a list with commas; nullopt: the usual ones
  bool json = false;
};

int Top(const TopArguments& arguments) {
  TopOptions options = arguments.options;
  options.by_group = arguments.by == "group";
  if (arguments.columns) options.columns = SplitExpressions(*arguments.columns);
  return PrintResult(WithUsageErrors(arguments.db, [&] {
    const Store store = Store::Open(arguments.db);
    return arguments.json ? TopJson(store, options) : TopText(store, options, StyleFor(stdout));
  }));
}

std::vector<Option> TopOptionRows(TopArguments& arguments) {
  TopOptions& options = arguments.options;
  return {{.name = "--by",
           .target = &arguments.by,
           .help = "trial, or group: trials that differ in the seed alone",
           .choices = {"trial", "group"},
           .shows_default = true},
          {.name = "--where",
           .target = &options.where,
           .help = "only rows for which this SQL condition holds: 'scheduler = \"CyclicLR\" and "
                   "max_lr > 0.05'",
           .value_name = "CONDITION"},
          {.name = "--pareto",
           .target = &options.pareto,
           .help = "of two metrics: only rows that no other row beats in both",
           .value_name = "METRIC,METRIC"},
          {.name = "--columns",
           .target = &arguments.columns,
           .help = "columns to show: place, trial_id, value ..., parameters, metrics",
           .value_name = "NAME,..."},
          {.name = "--limit",
           .target = &options.limit,
           .help = "rows; 0 shows all",
           .range = Range{.minimum = 0},
           .shows_default = true},
          {.name = "--verdict",
           .target = &options.verdict,
           .help = "whether the first is better than the next, and which parameters matter [up to "
                   "10,000 trials]"},
          {.name = "--effects",
           .target = &options.effects,
           .help = "the mean of every value of every parameter"}};
}

}  // namespace

Subcommand TopCommand() {
  const auto arguments = std::make_shared<TopArguments>();
  TopOptions& options = arguments->options;
  return {.name = "top",
          .help = "Rank the trials of a sweep",
          .options = Join({DatabaseOption(arguments->db), JsonOption(arguments->json)},
                          Join(ObjectiveRows(options.objective), TopOptionRows(*arguments))),
          .run = [arguments](const CommandContext&) { return Top(*arguments); }};
}

}  // namespace lrsweep
