// `lrsweep __documents`: the files of an installation that are made from the table of commands.

#include <filesystem>
#include <string>

#include "params/errors.h"
#include "script_bash.h"
#include "script_fish.h"
#include "script_zsh.h"
#include "sweep/commands/output.h"
#include "sweep/commands/version.h"
#include "sweep/help/commands.h"
#include "sweep/help/man_page.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  WriteFile(file.string(), text);
}

int WriteDocuments(const CommandContext& context) {
  if (context.words.size() != 3) throw UsageError("usage: lrsweep __documents FOLDER DATE");
  const fs::path folder = context.words[1];
  for (const ManPage& page : ManPages(context.commands, kVersion, context.words[2])) {
    Write(folder / "man/man1" / page.file, page.text);
  }
  Write(folder / "bash-completion/completions/lrsweep", kScriptBash);
  Write(folder / "zsh/site-functions/_lrsweep", kScriptZsh);
  Write(folder / "fish/vendor_completions.d/lrsweep.fish", kScriptFish);
  return kAllEndedWell;
}

}  // namespace

Subcommand DocumentsCommand() {
  return {.name = "__documents",
          .help = "Write manual pages and completions into a folder laid out as share/ is",
          .options = {},
          .run = WriteDocuments,
          .is_internal = true};
}

}  // namespace lrsweep
