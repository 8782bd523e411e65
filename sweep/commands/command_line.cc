#include "sweep/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <utility>

#include "params/errors.h"
#include "params/names.h"
#include "params/parameter.h"
#include "platform/mpi_rank.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/version.h"

namespace lrsweep {
namespace {

/// Every command, in the order of the help.
std::vector<Subcommand> AllCommands(std::vector<Subcommand> more) {
  std::vector<Subcommand> all = {
      PlanCommand(),   PreviewCommand(), SchedulesCommand(), RunCommand(),    TopCommand(),
      ReportCommand(), ShowCommand(),    CompareCommand(),   VerifyCommand(), StatusCommand(),
      LogCommand(),    CleanCommand(),   ExportCommand()};
  std::move(more.begin(), more.end(), std::back_inserter(all));
  return all;
}

/// The internal command that the first word names, or nullptr.
const Subcommand* FindInternal(const std::vector<Subcommand>& commands,
                               const std::vector<std::string>& words) {
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const Subcommand& one) {
    return one.is_internal && !words.empty() && one.name == words.front();
  });
  return found == commands.end() ? nullptr : &*found;
}

bool IsPositional(const std::string& name) { return name.front() != '-'; }

/// Accepts the numbers of the range. CLI11's own check lists the limits of a double as digits.
CLI::Validator Within(const Parameter& number) {
  const auto check = [number](const std::string& text) -> std::string {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const Range& range = number.range;
    const bool is_number = error == std::errc() && stop == end;
    if (is_number && value >= range.minimum && value <= range.maximum) return "";
    return "expected " + Describe(number) + ", not " + text;
  };
  return {check, ""};
}

/// Ties an option to its variable, by the variable's type as OptionTarget describes.
struct OptionAdder {
  CLI::App& app;
  const Option& option;

  CLI::Option* operator()(bool* flag) const {
    return app.add_flag(option.name, *flag, option.help);
  }
  CLI::Option* operator()(std::optional<bool>* flag) const {
    const std::string names = option.name + ",!--no-" + option.name.substr(2);
    const auto set = [flag](int64_t times) { *flag = times > 0; };
    return app.add_flag_function(names, set, option.help);
  }
  CLI::Option* operator()(std::vector<std::string>* values) const {
    CLI::Option* added = app.add_option(option.name, *values, option.help);
    // One value per --set: a word after it is the next argument.
    if (!IsPositional(option.name)) added->take_all()->allow_extra_args(false);
    return added;
  }
  CLI::Option* operator()(auto* value) const {
    return app.add_option(option.name, *value, option.help);
  }
};

void AddOption(CLI::App& app, const Option& option) {
  CLI::Option* added = std::visit(OptionAdder{app, option}, option.target);
  if (!option.value_name.empty()) added->type_name(option.value_name);
  if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
  if (option.range) {
    const bool is_real = std::holds_alternative<double*>(option.target);
    added->check(Within({.kind = is_real ? Kind::kReal : Kind::kInteger, .range = *option.range}));
  }
  if (option.shows_default) added->capture_default_str();
  added->required(option.is_required);
}

CLI::App* AddCommand(CLI::App& app, const Subcommand& command) {
  CLI::App* added = app.add_subcommand(command.name, command.help);
  for (const Option& option : command.options) AddOption(*added, option);
  for (const Option& option : command.options) {
    CLI::Option* one = added->get_option(option.name.substr(0, option.name.find(',')));
    if (!option.needs.empty()) one->needs(added->get_option(option.needs));
    if (!option.excludes.empty()) one->excludes(added->get_option(option.excludes));
  }
  if (!command.footer.empty()) added->footer(command.footer);
  return added;
}

/// Of several MPI ranks one reports what is wrong with the command that they share.
bool SpeaksForAllRanks() {
  const auto rank = FindMpiRank();
  return !rank || rank->rank == 0;
}

/// Throws CLI::ParseError that names an unknown command and the nearest known one.
void RefuseUnknownCommand(const std::vector<Subcommand>& commands,
                          const std::vector<std::string>& words) {
  if (words.empty() || words.front().rfind('-', 0) == 0) return;
  std::vector<std::string> known;
  for (const Subcommand& command : commands) {
    if (!command.is_internal) known.push_back(command.name);
  }
  if (std::find(known.begin(), known.end(), words.front()) != known.end()) return;
  throw CLI::ExtrasError("lrsweep", {UnknownName("command", words.front(), known)});
}

void RefuseMpirunArguments(const CLI::App& app, const Subcommand& command) {
  const std::string& option = command.takes_mpirun_arguments_with;
  if (!option.empty() && !app.get_option(option)->empty()) return;
  throw CLI::ExtrasError("lrsweep", {"what follows -- is for mpirun, with run --workers N"});
}

/// Takes a lone -- and what is behind it from the words.
void SplitMpirunArguments(CommandContext& context) {
  std::vector<std::string>& words = context.words;
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes == words.end()) return;
  context.mpirun_arguments.assign(dashes + 1, words.end());
  words.erase(dashes, words.end());
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv, const Parts& parts,
                   std::vector<Subcommand> more) {
  const std::vector<Subcommand> commands = AllCommands(std::move(more));
  CommandContext context{parts, commands, {argv + std::min(argc, 1), argv + argc}};
  if (const Subcommand* internal = FindInternal(commands, context.words)) {
    return WithExitStatus([&] { return internal->run(context); });
  }
  SplitMpirunArguments(context);
  CLI::App app("Finds the learning-rate schedule, and its parameters, that trains a model best.",
               "lrsweep");
  app.set_version_flag("--version", std::string("lrsweep ") + kVersion);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 all trials ended well, 1 some failed, 2 a mistake in command or\n"
      "configuration, 70 a bug, 74 disk, data or database would not do, 75 interrupted.");
  const Subcommand* chosen = nullptr;
  for (const Subcommand& command : commands) {
    if (command.is_internal) continue;
    AddCommand(app, command)->callback([&chosen, &command] { chosen = &command; });
  }
  app.failure_message([](const CLI::App* of, const CLI::Error& error) {
    return "lrsweep: " + CLI::FailureMessage::simple(of, error);
  });
  try {
    RefuseUnknownCommand(commands, context.words);
    // CLI11 takes a vector of words from its end.
    app.parse(std::vector<std::string>(context.words.rbegin(), context.words.rend()));
    if (!context.mpirun_arguments.empty()) {
      RefuseMpirunArguments(*app.get_subcommand(chosen->name), *chosen);
    }
  } catch (const CLI::ParseError& error) {
    const bool is_help = error.get_exit_code() == 0;  // --help, --version
    if (SpeaksForAllRanks()) app.exit(error, std::cout, std::cerr);
    return is_help ? kAllEndedWell : kUserMistake;
  }
  return WithExitStatus([&] { return chosen->run(context); });
}

}  // namespace lrsweep
