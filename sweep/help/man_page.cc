#include "sweep/help/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "params/names.h"
#include "sweep/help/manual_text.h"
#include "sweep/help/option_names.h"

namespace lrsweep {
namespace {

/// Text for roff: no character is taken for an escape or, at a line's begin, for a macro.
std::string Escaped(std::string_view text) {
  std::string escaped;
  bool at_begin = true;
  for (const char c : text) {
    if (at_begin && (c == '.' || c == '\'')) escaped += "\\&";
    at_begin = c == '\n';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '~') {
      escaped += "\\(ti";
    } else if (c == '^') {
      escaped += "\\(ha";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else if (c == '`') {
      escaped += "\\(ga";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Bold(const std::string& text) { return "\\fB" + Escaped(text) + "\\fR"; }
std::string Italic(const std::string& text) { return "\\fI" + Escaped(text) + "\\fR"; }

std::string Upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string Section(const std::string& title) { return ".SH " + title + "\n"; }

/// What stands at the top and bottom of every page.
struct Release {
  std::string version, date;
};

std::string Title(const std::string& name, const Release& release) {
  return fmt::format(".TH {} 1 \"{}\" \"lrsweep {}\" \"lrsweep\"\n", Upper(Escaped(name)),
                     release.date, release.version);
}

/// A paragraph under a tag; `tag` is roff already.
std::string Tagged(const std::string& tag, const std::string& text) {
  return ".TP\n" + tag + "\n" + Escaped(text) + "\n";
}

std::string List(const std::vector<ManualEntry>& entries) {
  std::string text;
  for (const ManualEntry& entry : entries) text += Tagged(Bold(entry.name), entry.help);
  return text;
}

std::string Examples(const std::vector<ManualEntry>& entries) {
  std::string text;
  for (const ManualEntry& entry : entries) {
    if (!text.empty()) text += ".PP\n";
    text += Escaped(entry.help) + "\n.PP\n.RS 4\n.nf\n" + Escaped(entry.name) + "\n.fi\n.RE\n";
  }
  return text;
}

/// What the help calls the option's value.
std::string ValueName(const Option& option) {
  if (!option.value_name.empty()) return option.value_name;
  switch (option.kind) {
    case ValueKind::kConfiguration:
    case ValueKind::kDatabase:
    case ValueKind::kFile:
      return "FILE";
    case ValueKind::kFolder:
      return "FOLDER";
    case ValueKind::kMetric:
      return "METRIC";
    default:
      break;
  }
  const bool is_text = std::holds_alternative<std::string*>(option.target) ||
                       std::holds_alternative<std::optional<std::string>*>(option.target) ||
                       std::holds_alternative<std::vector<std::string>*>(option.target);
  return is_text ? "WORD" : "N";
}

/// The value that the option's variable has; empty for a flag or a list.
std::string DefaultText(const OptionTarget& target) {
  return std::visit(
      [](const auto* value) -> std::string {
        using Value = std::remove_cvref_t<decltype(*value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return *value;
        } else if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) {
          return fmt::format("{}", *value);
        } else {
          return "";
        }
      },
      target);
}

/// The option's help with what else the table says of it.
std::string HelpText(const Option& option) {
  std::string text = option.help;
  if (!option.choices.empty()) text += ". One of " + Listed(option.choices);
  const std::string value = option.shows_default ? DefaultText(option.target) : "";
  if (!value.empty()) text += fmt::format(" [{}]", value);
  if (!option.needs.empty()) text += ". Needs " + option.needs;
  if (!option.excludes.empty()) text += ". Not with " + option.excludes;
  return text + ".";
}

std::string OptionTag(const Option& option) {
  std::string tag;
  for (const std::string& name : DashedNames(option)) {
    tag += (tag.empty() ? "" : ", ") + Bold(name);
  }
  return IsFlag(option) ? tag : tag + " " + Italic(ValueName(option));
}

std::string OptionsText(const Subcommand& command) {
  std::string text;
  for (const Option& option : command.options) {
    const std::string positional = PositionalName(option);
    if (!positional.empty()) text += Tagged(Italic(positional), HelpText(option));
  }
  for (const Option& option : command.options) {
    if (!DashedNames(option).empty()) text += Tagged(OptionTag(option), HelpText(option));
  }
  return text + Tagged(Bold("--help") + ", " + Bold("-h"), "Print the command's help.");
}

std::string Synopsis(const Subcommand& command) {
  std::string text = Bold("lrsweep " + command.name) + " [" + Italic("OPTION") + "...]";
  for (const Option& option : command.options) {
    const std::string name = PositionalName(option);
    if (name.empty()) continue;
    const std::string several = TakesSeveral(option) ? "..." : "";
    text += option.is_required ? " " + Italic(name) + several : " [" + Italic(name) + several + "]";
  }
  if (!command.takes_mpirun_arguments_with.empty()) {
    text += " [" + Bold("--") + " " + Italic("MPIRUN-OPTION") + "...]";
  }
  return text + "\n";
}

bool SaysExitStatus(const Subcommand& command) {
  return command.footer.starts_with("Exit status: ");
}

std::string CommandPage(const Subcommand& command, const Release& release) {
  const std::string name = "lrsweep-" + command.name;
  std::string text = Title(name, release);
  text += Section("NAME") + Escaped(name) + " \\- " + Escaped(command.help) + "\n";
  text += Section("SYNOPSIS") + Synopsis(command);
  text += Section("DESCRIPTION") + Escaped(command.help) + ".\n";
  if (!command.footer.empty() && !SaysExitStatus(command)) {
    text += ".PP\n.nf\n" + Escaped(command.footer) + "\n.fi\n";
  }
  text += Section("OPTIONS") + OptionsText(command);
  text += Section("EXIT STATUS");
  text +=
      SaysExitStatus(command) ? Escaped(command.footer.substr(13)) + "\n" : List(ExitStatuses());
  text += Section("EXAMPLES") + Examples(ExamplesOf(command.name));
  return text + Section("SEE ALSO") + ".BR lrsweep (1)\n";
}

std::string ProgramPage(const std::vector<Subcommand>& commands, const Release& release) {
  std::string text = Title("lrsweep", release);
  text += Section("NAME") +
          "lrsweep \\- find the learning\\-rate schedule, and its parameters, that trains a model "
          "best\n";
  text += Section("SYNOPSIS") + Bold("lrsweep") + " " + Italic("COMMAND") + " [" +
          Italic("OPTION") + "...] [" + Italic("ARGUMENT") + "...]\n";
  text += Section("DESCRIPTION") +
          Escaped(
              "A YAML file describes a space of learning-rate schedules and other parameters. "
              "lrsweep trains every trial of it, alone or with workers on one machine or many, and "
              "keeps parameters, losses, the rate of every optimizer step and the ranking in one "
              "SQLite database. What is trained is a built-in model, or any program of the user's. "
              "A sweep that was stopped or killed is continued by the same command.") +
          "\n";
  text += Section("COMMANDS");
  std::string pages;
  for (const Subcommand& command : commands) {
    if (command.is_internal) continue;
    text += Tagged(".BR lrsweep\\-" + command.name + " (1)", command.help + ".");
    pages += (pages.empty() ? "" : " ,\n") + (".BR lrsweep\\-" + command.name + " (1)");
  }
  text += Section("EXIT STATUS") + List(ExitStatuses());
  text += Section("ENVIRONMENT") + List(EnvironmentVariables());
  text += Section("FILES") + List(SweepFiles());
  text += Section("EXAMPLES") + Examples({{"lrsweep run sweep.yaml", "Train, then rank:"},
                                          {"lrsweep top sweep.db", "Rank the trials:"},
                                          {"lrsweep report sweep.db", "Write a page about them:"}});
  return text + Section("SEE ALSO") + pages + "\n";
}

}  // namespace

std::vector<ManPage> ManPages(const std::vector<Subcommand>& commands, const std::string& version,
                              const std::string& date) {
  const Release release = {version, date};
  std::vector<ManPage> pages = {{"lrsweep.1", ProgramPage(commands, release)}};
  for (const Subcommand& command : commands) {
    if (command.is_internal) continue;
    pages.push_back({"lrsweep-" + command.name + ".1", CommandPage(command, release)});
  }
  return pages;
}

}  // namespace lrsweep
