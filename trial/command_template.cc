#include "trial/command_template.h"

#include <stdexcept>
#include <string_view>
#include <utility>

namespace lrsweep {
namespace {

constexpr std::string_view kArgs = "args";
constexpr std::string_view kArgsNoHyphens = "args_no_hyphens";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsNameCharacter(char c) {
  return IsLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// The name between the brace at `open` and the next one; empty where there is none.
std::string_view NameAt(std::string_view text, size_t open) {
  const size_t first = open + 1;
  if (first >= text.size() || !IsLetter(text[first])) return {};
  size_t end = first;
  while (end < text.size() && IsNameCharacter(text[end])) ++end;
  return end < text.size() && text[end] == '}' ? text.substr(first, end - first)
                                               : std::string_view();
}

/// A run of text, or a placeholder.
struct Piece {
  std::string text;  // or the placeholder's name
  bool is_placeholder = false;
  size_t character = 0;  // where it begins in the argument
};

void AddText(std::string_view text, size_t character, std::vector<Piece>& pieces) {
  if (pieces.empty() || pieces.back().is_placeholder) pieces.push_back({"", false, character});
  pieces.back().text += text;
}

std::vector<Piece> PiecesOf(std::string_view argument) {
  std::vector<Piece> pieces;
  for (size_t at = 0; at < argument.size();) {
    if (argument[at] != '{') {
      AddText(argument.substr(at, 1), at, pieces);
      ++at;
      continue;
    }
    const bool is_doubled = at + 1 < argument.size() && argument[at + 1] == '{';
    const std::string_view name = NameAt(argument, is_doubled ? at + 1 : at);
    const size_t length = name.size() + (is_doubled ? 4 : 2);
    if (name.empty() || (is_doubled && argument.substr(at + length - 1, 1) != "}")) {
      AddText("{", at, pieces);
      ++at;
    } else if (is_doubled) {
      AddText(argument.substr(at + 1, length - 2), at, pieces);
      at += length;
    } else {
      pieces.push_back({std::string(name), true, at});
      at += length;
    }
  }
  return pieces;
}

std::string TextOf(const Value& value) {
  const auto* text = value.As<std::string>();
  return text != nullptr ? *text : ToJson(value);
}

std::string TextOf(const std::string& name, const CommandValues& values) {
  if (name == "json") return ToJson(values.params);
  if (name == "dir") return values.dir;
  if (name == "schedule_file") return values.schedule_file;
  if (name == "params_file") return values.params_file;
  const Value* value = Find(values.params, name);
  if (value == nullptr) {
    throw std::invalid_argument("{" + name + "} is no parameter of the trial and no other value");
  }
  return TextOf(*value);
}

/// The arguments of {args} or {args_no_hyphens}.
void AddSwept(bool hyphens, const CommandValues& values, std::vector<std::string>& argv) {
  for (const std::string& path : values.swept) {
    const Value* value = Find(values.params, path);
    if (value == nullptr) continue;
    if (hyphens) {
      argv.push_back("--" + ArgumentName(path));
      argv.push_back(TextOf(*value));
    } else {
      argv.push_back(ArgumentName(path) + "=" + TextOf(*value));
    }
  }
}

std::string ResolvedArgument(const std::vector<Piece>& pieces, const CommandValues& values) {
  std::string argument;
  for (const Piece& piece : pieces) {
    if (piece.is_placeholder && (piece.text == kArgs || piece.text == kArgsNoHyphens)) {
      throw std::invalid_argument("{" + piece.text + "} must be an argument by itself");
    }
    argument += piece.is_placeholder ? TextOf(piece.text, values) : piece.text;
  }
  return argument;
}

}  // namespace

std::vector<Placeholder> PlaceholdersOf(const std::vector<std::string>& command) {
  std::vector<Placeholder> all;
  for (size_t argument = 0; argument < command.size(); ++argument) {
    for (Piece& piece : PiecesOf(command[argument])) {
      if (!piece.is_placeholder) continue;
      all.push_back({std::move(piece.text), argument, piece.character});
    }
  }
  return all;
}

const std::vector<std::string>& SpecialPlaceholders() {
  static const std::vector<std::string> kSpecial = {
      "args", "args_no_hyphens", "json", "params_file", "dir", "schedule_file"};
  return kSpecial;
}

std::vector<std::string> Resolve(const std::vector<std::string>& command,
                                 const CommandValues& values) {
  std::vector<std::string> argv;
  for (const std::string& argument : command) {
    const std::vector<Piece> pieces = PiecesOf(argument);
    const bool is_alone = pieces.size() == 1 && pieces[0].is_placeholder;
    if (is_alone && (pieces[0].text == kArgs || pieces[0].text == kArgsNoHyphens)) {
      AddSwept(pieces[0].text == kArgs, values, argv);
    } else {
      argv.push_back(ResolvedArgument(pieces, values));
    }
  }
  return argv;
}

std::string ArgumentName(const std::string& path) { return path.substr(path.find('.') + 1); }

}  // namespace lrsweep
