// `lrsweep compare`: trials, groups or databases beside one another.

#include "views/terminal/compare.h"

#include <memory>
#include <string>
#include <vector>

#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "views/terminal/style.h"

namespace lrsweep {
namespace {

struct CompareArguments {
  std::vector<std::string> words;  // analysis/selection.h says what they may be
  std::string by = "trial";        // or "group"
  bool json = false;
};

int Compare(const CompareArguments& arguments) {
  return PrintResult(WithUsageErrors("compare", [&] {
    const Selection selection(arguments.words, arguments.by == "group");
    return arguments.json ? CompareJson(selection) : CompareText(selection, StyleFor(stdout));
  }));
}

}  // namespace

Subcommand CompareCommand() {
  const auto arguments = std::make_shared<CompareArguments>();
  return {
      .name = "compare",
      .help = "Compare trials, groups or databases",
      .options =
          {{.name = "WHAT",
            .target = &arguments->words,
            .help = "DB TRIAL TRIAL..., trials of one database; DB DB, two databases; or DB:TRIAL "
                    "DB:TRIAL..., trials of several. For a trial, the beginning of its id",
            .is_required = true,
            .kind = ValueKind::kTrialOrDatabase},
           {.name = "--by",
            .target = &arguments->by,
            .help = "trial, or group: each stands for all seeds of its group",
            .choices = {"trial", "group"},
            .shows_default = true},
           JsonOption(arguments->json)},
      .run = [arguments](const CommandContext&) { return Compare(*arguments); }};
}

}  // namespace lrsweep
