// `lrsweep show`: everything about one trial.

#include "views/terminal/show.h"

#include <memory>
#include <string>

#include "analysis/selection.h"
#include "results/store.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/verification/trial_config.h"
#include "views/terminal/style.h"

namespace lrsweep {
namespace {

struct ShowArguments {
  std::string db;
  std::string trial;    // the beginning of its id
  bool config = false;  // as YAML that repeats it
  bool json = false;
};

int Show(const ShowArguments& arguments) {
  return PrintResult(WithUsageErrors(arguments.db, [&] {
    const Store store = Store::Open(arguments.db);
    if (arguments.config) return TrialConfigYaml(store.Sweep(), FindTrial(store, arguments.trial));
    if (arguments.json) return ShowJson(store, arguments.trial);
    return ShowText(store, arguments.trial, arguments.db, StyleFor(stdout));
  }));
}

}  // namespace

Subcommand ShowCommand() {
  const auto arguments = std::make_shared<ShowArguments>();
  return {.name = "show",
          .help = "Show one trial: parameters, provenance, curves, and how to repeat it",
          .options = {DatabaseOption(arguments->db),
                      JsonOption(arguments->json),
                      {.name = "TRIAL",
                       .target = &arguments->trial,
                       .help = "its id, or the beginning of it",
                       .is_required = true,
                       .kind = ValueKind::kTrial},
                      {.name = "--config",
                       .target = &arguments->config,
                       .help = "print a configuration whose only trial is this one",
                       .excludes = "--json"}},
          .run = [arguments](const CommandContext&) { return Show(*arguments); }};
}

}  // namespace lrsweep
