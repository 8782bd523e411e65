// `lrsweep completion` and `lrsweep __complete`.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "params/errors.h"
#include "script_bash.h"
#include "script_fish.h"
#include "script_zsh.h"
#include "sweep/commands/output.h"
#include "sweep/help/commands.h"
#include "sweep/help/completion.h"
#include "sweep/help/database_values.h"
#include "sweep/help/unquoted.h"
#include "sweep/process/limited_child.h"

namespace lrsweep {
namespace {

// A user waits for it. Longer than any database takes that can be read at once.
constexpr std::chrono::milliseconds kLimit(2000);

const char* ScriptFor(const std::string& shell) {
  if (shell == "bash") return kScriptBash;
  return shell == "zsh" ? kScriptZsh : kScriptFish;
}

/// Bash completes the part behind the last = or :, the others the whole word.
size_t SkippedBytes(const std::string& shell, const std::string& word) {
  if (shell != "bash") return 0;
  const size_t last = word.find_last_of("=:");
  return last == std::string::npos ? 0 : last + 1;
}

/// Reads files in a child: a shell must not hang where a network disk does.
int PrintCompletion(const CommandContext& context) {
  if (context.words.size() < 3) throw UsageError("__complete is for the scripts of completion");
  const std::string& shell = context.words[1];
  std::vector<std::string> words;
  for (size_t i = 2; i < context.words.size(); ++i) words.push_back(Unquoted(context.words[i]));
  const ChildEnd end = RunLimited(
      [&] {
        const Completion completion = Complete(context.commands, words, ValuesOfDatabases());
        return PrintResult(CompletionText(completion, SkippedBytes(shell, words.back())));
      },
      kLimit);
  return end.Succeeded() ? PrintResult(end.output) : PrintResult(CompletionText({}, 0));
}

}  // namespace

Subcommand CompletionCommand() {
  const auto shell = std::make_shared<std::string>();
  return {.name = "completion",
          .help = "Print a script with which a shell completes lrsweep's words",
          .options = {{.name = "SHELL",
                       .target = shell.get(),
                       .help = "the shell that will read it",
                       .choices = {"bash", "zsh", "fish"},
                       .is_required = true}},
          .run = [shell](const CommandContext&) { return PrintResult(ScriptFor(*shell)); },
          .footer =
              "bash, in ~/.bashrc:                source <(lrsweep completion bash)\n"
              "zsh, in ~/.zshrc, after compinit:  source <(lrsweep completion zsh)\n"
              "fish, in config.fish:              lrsweep completion fish | source"};
}

Subcommand CompleteWordsCommand() {
  return {.name = "__complete",
          .help = "Print what can stand for the last word",
          .options = {},
          .run = PrintCompletion,
          .is_internal = true};
}

}  // namespace lrsweep
