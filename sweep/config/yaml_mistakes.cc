#include "sweep/config/yaml_mistakes.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace lrsweep {
namespace {

constexpr const char* kSpaces = " \t\r";
constexpr size_t kNone = std::string_view::npos;
constexpr const char* kFlowSeparators = "[]{},";

/// A place in the text, both counted from 0.
struct Spot {
  size_t line = 0;
  size_t column = 0;

  bool operator==(const Spot&) const = default;
};

/// The text by its lines. A place behind the end has an empty line.
class Lines {
 public:
  explicit Lines(std::string_view text) {
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      lines_.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  size_t size() const { return lines_.size(); }
  std::string_view operator[](size_t line) const {
    return line < lines_.size() ? lines_[line] : std::string_view();
  }
  char At(const Spot& spot) const {
    const std::string_view line = (*this)[spot.line];
    return spot.column < line.size() ? line[spot.column] : '\0';
  }
  /// The column of the line's first character that is no space; the line's length where there is
  /// none or a comment begins there.
  size_t Indent(size_t line) const {
    const size_t first = (*this)[line].find_first_not_of(kSpaces);
    return first == kNone || (*this)[line][first] == '#' ? (*this)[line].size() : first;
  }
  bool IsBlank(size_t line) const { return Indent(line) == (*this)[line].size(); }
  /// The last line above with content.
  std::optional<size_t> Above(size_t line) const {
    while (line-- > 0) {
      if (!IsBlank(line)) return line;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::string_view> lines_;
};

/// What is open at a place: brackets, and perhaps a quote.
struct Open {
  struct Bracket {
    char kind;
    Spot at;
  };
  std::vector<Bracket> brackets;
  std::optional<Spot> quote;
};

/// Follows quotes, brackets and comments through the text. Blocks of | and > are read like other
/// lines.
class Outline {
 public:
  explicit Outline(const Lines& lines) : lines_(lines) {}

  /// What is open just before `end`.
  Open Before(const Spot& end) {
    for (size_t line = 0; line < lines_.size() && line <= end.line; ++line) {
      may_begin_ = true;
      const size_t stop =
          line == end.line ? std::min(end.column, lines_[line].size()) : lines_[line].size();
      for (size_t column = 0; column < stop;) column = Step({line, column});
    }
    return open_;
  }

 private:
  /// Takes the character and returns the column of the next one.
  size_t Step(const Spot& at) {
    if (open_.quote) return InQuote(at);
    const char c = lines_.At(at);
    const std::string_view line = lines_[at.line];
    if (c == '#' && (at.column == 0 || IsSpace(line[at.column - 1]))) return line.size();
    if ((c == '"' || c == '\'') && may_begin_) {
      open_.quote = at;
      quote_ = c;
    } else if ((c == '[' || c == '{') && (may_begin_ || !open_.brackets.empty())) {
      open_.brackets.push_back({c, at});
    } else if ((c == ']' || c == '}') && !open_.brackets.empty()) {
      open_.brackets.pop_back();
    }
    const size_t next = at.column + 1;
    const bool ends_word = next == line.size() || IsSpace(line[next]);
    const bool separates = !open_.brackets.empty() && std::string_view("[{,:").find(c) != kNone;
    may_begin_ = separates || (c == ':' && ends_word) ||
                 (may_begin_ && (IsSpace(c) || (c == '-' && ends_word)));
    return next;
  }

  size_t InQuote(const Spot& at) {
    const char c = lines_.At(at);
    const bool doubled = quote_ == '\'' && c == '\'' && lines_.At({at.line, at.column + 1}) == '\'';
    if ((quote_ == '"' && c == '\\') || doubled) return at.column + 2;
    if (c == quote_) {
      open_.quote.reset();
      may_begin_ = false;
    }
    return at.column + 1;
  }

  static bool IsSpace(char c) { return std::string_view(kSpaces).find(c) != kNone; }

  const Lines& lines_;
  Open open_;
  char quote_ = 0;
  bool may_begin_ = true;  // a value may begin here: after [ { , : - and at a line's begin
};

std::string InLine(const Spot& spot) { return "line " + std::to_string(spot.line + 1); }

/// A line and what it says that is wrong.
struct Mistake {
  Spot at;
  std::string what;
};

/// The column of a tab that stands where the line is indented, or behind its dashes.
std::optional<size_t> TabInIndent(std::string_view line) {
  const size_t tab = line.find('\t');
  if (tab == kNone || line.find_first_not_of(" \t-") < tab) return std::nullopt;
  return line.find_first_not_of(kSpaces) == kNone ? std::nullopt : std::optional(tab);
}

/// The column of the first colon that ends a key: one with a space behind it, or at the line's end.
size_t KeyColon(std::string_view line) {
  for (size_t colon = line.find(':'); colon != kNone; colon = line.find(':', colon + 1)) {
    if (colon + 1 == line.size() || std::string_view(kSpaces).find(line[colon + 1]) != kNone) {
      return colon;
    }
  }
  return kNone;
}

class Explanation {
 public:
  Explanation(const Lines& lines, const Spot& at, std::string words)
      : lines_(lines),
        at_(at),
        words_(std::move(words)),
        open_(Outline(lines).Before(at)),
        open_at_end_(Outline(lines).Before({lines.size(), 0})) {}

  Mistake Explain() const {
    if (const auto tab = TabInIndent(lines_[at_.line]); tab && open_.brackets.empty()) {
      return {{at_.line, *tab},
              "a tab cannot indent: YAML indents with spaces only; replace the tab by spaces"};
    }
    if (Says("illegal map value")) return MapValue();
    if (Says("map flow") || Says("sequence flow")) return FlowWithoutEnd();
    if (Says("flow end")) return FlowEnd();
    if (Says("end of map") || Says("end of sequence")) return BlockWithoutEnd();
    if (Says("block entry")) {
      return {at_,
              "a list cannot begin behind its key: write its elements in lines of their own, or in "
              "brackets: [1, 2]"};
    }
    return Characters();
  }

 private:
  bool Says(const char* words) const { return words_.find(words) != std::string::npos; }
  std::string Here() const { return std::string(1, lines_.At(at_)); }

  /// A colon where no key may end.
  Mistake MapValue() const {
    const std::string_view line = lines_[at_.line];
    if (line.starts_with("---")) {
      return {{at_.line, 0}, "--- stands in a line of its own: write what follows it below it"};
    }
    if (KeyColon(line) < at_.column) return SecondColon();
    const auto above = lines_.Above(at_.line);
    if (!above) return {at_, "a key is expected in front of the colon"};
    if (const std::string key = WithoutKey(*above); !key.empty()) {
      return {{*above, lines_.Indent(*above)}, key};
    }
    return {{at_.line, lines_.Indent(at_.line)},
            "this line is indented deeper than " + InLine({*above, 0}) +
                ", which has its value already: begin both in the same column, or move the value "
                "below its key"};
  }

  Mistake SecondColon() const {
    return {at_,
            "a second colon in one value: quote a text with \": \" in it, or write a mapping in "
            "braces: {key: value}"};
  }

  /// What is wrong with a line that should be a key and its value; empty for nothing.
  std::string WithoutKey(size_t line) const {
    const std::string_view content = lines_[line].substr(lines_.Indent(line));
    if (KeyColon(content) != kNone || content.starts_with("- ")) return "";
    const std::string hint = MissingSpaceHint(std::string(content));
    return hint.empty() ? "expected \"key: value\": this line has no colon" : hint;
  }

  Mistake FlowWithoutEnd() const {
    if (open_at_end_.quote) return {*open_at_end_.quote, kUnclosedQuote};
    if (!open_at_end_.brackets.empty()) {
      const Open::Bracket& first = open_at_end_.brackets.front();
      const std::string close = first.kind == '[' ? "]" : "}";
      return {first.at, "this " + std::string(1, first.kind) + " is never closed: a " + close +
                            " is missing"};
    }
    const char before = at_.column > 0 ? lines_[at_.line][at_.column - 1] : '\0';
    if (before == ':') return {at_, "write a space behind the colon: {key: value}"};
    const std::string_view part = lines_[at_.line].substr(0, at_.column);
    const size_t from = part.find_last_of(kFlowSeparators);
    const std::string_view element = from == kNone ? part : part.substr(from + 1);
    const bool one_value = KeyColon(element) != kNone &&
                           element.find_first_not_of(kSpaces, KeyColon(element) + 1) != kNone;
    if (lines_.At(at_) == ':' && one_value && element.find_last_of(' ') != kNone &&
        element.find_first_not_of(kSpaces, KeyColon(element) + 1) > element.find_last_of(' ')) {
      return SecondColon();
    }
    const bool at_brace = before == '}' || lines_.At(at_) == '{';
    return {at_, std::string("a comma is missing in front of this place, between two elements in "
                             "brackets") +
                     (at_brace ? "; a text with braces needs quotes: \"{dir}/out\"" : "")};
  }

  Mistake FlowEnd() const {
    if (open_.brackets.empty()) {
      return {at_, "this " + Here() + " closes nothing: quote a text that begins with it"};
    }
    const Open::Bracket& last = open_.brackets.back();
    return {at_, "this " + Here() + " cannot close the " + std::string(1, last.kind) + " of " +
                     InLine(last.at) + ", column " + std::to_string(last.at.column + 1) +
                     ": expected " + (last.kind == '[' ? "]" : "}")};
  }

  Mistake BlockWithoutEnd() const {
    const std::string_view line = lines_[at_.line];
    const size_t begin = lines_.Indent(at_.line);
    if (at_.column == begin) return WrongColumn();
    const size_t before = line.substr(0, at_.column).find_last_not_of(kSpaces);
    const char previous = before == kNone ? '\0' : line[before];
    if (previous == '"' || previous == '\'') {
      return {at_, std::string("text behind the closing quote: of a quote inside a text write two "
                               "(''), or put the text in the other kind of quotes; behind a "
                               "quoted key comes a colon")};
    }
    if (previous == ']' || previous == '}') {
      return {at_, std::string("text behind the closing ") + previous +
                       ": begin a new line, or put all of it in quotes"};
    }
    if (KeyColon(line) < at_.column) {
      return {at_, "a value cannot begin with " + Here() + ": put it in quotes"};
    }
    return WrongColumn();
  }

  Mistake WrongColumn() const {
    const size_t begin = lines_.Indent(at_.line);
    const bool is_element = lines_[at_.line].substr(begin).starts_with("-");
    const std::string what = is_element ? "this list element belongs to no key: "
                                        : "this line belongs to nothing above: ";
    return {{at_.line, begin},
            what + "it begins in column " + std::to_string(begin + 1) +
                ", where nothing of its kind does; lines that belong together begin in the same "
                "column" +
                Columns(begin)};
  }

  /// ", here 1 or 5": the columns in which the lines that are open above begin.
  std::string Columns(size_t begin) const {
    std::vector<size_t> columns;
    size_t least = kNone;
    for (auto line = lines_.Above(at_.line); line && columns.size() < 4;
         line = lines_.Above(*line)) {
      const size_t column = lines_.Indent(*line);
      if (column >= least) continue;
      least = column;
      if (column != begin) columns.push_back(column);
    }
    if (columns.empty()) return "";
    std::string text;
    for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
      text += (text.empty() ? "" : " or ") + std::to_string(*column + 1);
    }
    return ", here " + text;
  }

  /// Single characters that YAML does not allow where they stand.
  Mistake Characters() const {
    const auto quoted = [](const std::string& why) { return why + ": put a text in quotes"; };
    if (Says("unknown token")) return {at_, quoted("a value cannot begin with " + Here())};
    if (Says("map key")) return {at_, quoted("a value cannot begin with \"? \"")};
    if (Says("anchor") || Says("alias")) {
      return {BeginOfWord(), quoted("* and & at a value's begin are YAML's aliases and anchors, "
                                    "which are not supported")};
    }
    if (Says("tag")) {
      return {BeginOfWord(), quoted("! at a value's begin is a YAML tag, which is not supported")};
    }
    if (Says("escape")) {
      return {at_, "\\" + Escaped() +
                       " is no escape of a double-quoted text: use single quotes, or "
                       "write the backslash twice"};
    }
    if (Says("hex") || Says("unicode")) {
      return {at_,
              "\\x takes two hexadecimal digits, \\u four, \\U eight: use single quotes, or write "
              "the backslash twice"};
    }
    if (Says("scalar") && open_.quote) return {*open_.quote, kUnclosedQuote};
    if (Says("block scalar")) {
      return {at_, "behind | or > only + or -, a digit from 1 to 9, or a comment may stand"};
    }
    if (Says("directive") || Says("version")) {
      return {at_, "a line that begins with % is a directive of YAML: remove it"};
    }
    return {at_, "this is not YAML: " + words_};
  }

  std::string Escaped() const { return words_.empty() ? "" : words_.substr(words_.size() - 1); }

  Spot BeginOfWord() const {
    const std::string_view before = lines_[at_.line].substr(0, at_.column);
    const size_t mark = before.find_last_of("*&!");
    return {at_.line, mark == kNone ? at_.column : mark};
  }

  const Lines& lines_;
  Spot at_;
  std::string words_;
  Open open_, open_at_end_;
};

}  // namespace

ConfigError ExplainYaml(const std::string& text, const std::string& file,
                        const YamlComplaint& complaint) {
  const Lines lines(text);
  const Spot at{static_cast<size_t>(std::max(complaint.line, 1)) - 1,
                static_cast<size_t>(std::max(complaint.column, 1)) - 1};
  const Mistake mistake = Explanation(lines, at, complaint.words).Explain();
  return {{file, static_cast<int>(mistake.at.line) + 1, static_cast<int>(mistake.at.column) + 1},
          mistake.what};
}

ConfigError ExplainSecondDocument(const std::string& text, const Location& begin) {
  const Lines lines(text);
  // A document without content has no place of its own.
  const size_t end = begin.line > 1 ? static_cast<size_t>(begin.line) : lines.size();
  for (size_t line = 1; line < end; ++line) {
    const std::string_view content = lines[line];
    if (content.starts_with("---") || content.starts_with("...")) {
      return {{begin.file, static_cast<int>(line) + 1, 1},
              "holds more than one YAML document: remove what follows this line"};
    }
  }
  return {begin,
          "this line belongs to nothing above: lines of one mapping, or of one list, begin in the "
          "same column"};
}

bool IsUnclosedQuote(const std::string& text, const Location& begin) {
  const Lines lines(text);
  const auto first = static_cast<size_t>(begin.line) - 1;
  const std::string_view line = lines[first];
  const auto at = static_cast<size_t>(line.data() - text.data() + begin.column - 1);
  const std::string rest = text.substr(std::min(at, text.size()));
  const Lines quoted(rest);
  return Outline(quoted).Before({quoted.size(), 0}).quote == Spot{0, 0};
}

std::string MissingSpaceHint(const std::string& key) {
  const size_t colon = key.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 >= key.size()) return "";
  if (key[colon + 1] == '/' || key[colon + 1] == ' ') return "";
  return "write a space behind the colon: \"" + key.substr(0, colon) + ": " +
         key.substr(colon + 1, key.find_last_not_of(kSpaces) - colon) + "\"";
}

}  // namespace lrsweep
