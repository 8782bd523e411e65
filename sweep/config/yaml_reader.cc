#include "sweep/config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "sweep/config/yaml_mistakes.h"

namespace lrsweep {
namespace {

constexpr size_t kMaximumNodes = 1'000'000;
// Of a hostile file yaml-cpp needs about 200 times its size in memory.
constexpr uintmax_t kMaximumFileBytes = 2 << 20;

/// Builds nodes from yaml-cpp's events. Events, unlike its nodes, do not expand aliases.
class NodeBuilder : public YAML::EventHandler {
 public:
  NodeBuilder(const std::string& text, std::string file) : file_(std::move(file)) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) lines_.push_back(std::move(line));
  }

  ConfigNode Take() {
    // An empty document gives no event; it is null.
    return root_ ? std::move(*root_) : ConfigNode{{file_, 1, 1}, ConfigNode::Scalar{}};
  }
  /// Where the last quoted text begins; the only one that may be without its closing quote.
  const std::optional<Location>& LastQuote() const { return last_quote_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    OnScalar(mark, "?", anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw ConfigError(Place(mark), "YAML aliases are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    Check(mark, tag, anchor);
    // Quoted scalars come with the tag "!", plain ones with "?".
    if (tag == "!") last_quote_ = Place(mark);
    Location at = Place(mark);
    at.text_column = TextColumn(mark, text);
    Add({at, ConfigNode::Scalar{text, tag == "!"}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Check(mark, tag, anchor);
    Open({{Place(mark), ConfigNode::Sequence{}}, std::nullopt, {}, {}});
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Check(mark, tag, anchor);
    Open({{Place(mark), ConfigNode::Mapping{}}, std::nullopt, {}, {}});
  }
  void OnMapEnd() override { Close(); }

 private:
  /// A list or mapping whose end event is still to come.
  struct Unfinished {
    ConfigNode node;
    std::optional<std::string> key;  // the last one read, until its value is read
    Location key_at;
    std::unordered_map<std::string, int> lines;  // of the keys read so far
  };

  Location Place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }

  /// Location::text_column of a scalar that begins at `mark`.
  int TextColumn(const YAML::Mark& mark, const std::string& text) const {
    if (text.empty() || mark.line < 0 || static_cast<size_t>(mark.line) >= lines_.size()) return 0;
    const std::string& line = lines_[mark.line];
    for (const int first : {mark.column, mark.column + 1}) {  // perhaps behind a quote
      const auto at = static_cast<size_t>(first);
      if (at <= line.size() && line.compare(at, text.size(), text) == 0) return first + 1;
    }
    return 0;
  }

  void Check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) {
      throw ConfigError(Place(mark), "YAML anchors are not supported; write the value out");
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw ConfigError(Place(mark), "YAML tags are not supported: " + tag +
                                         "; a text that begins with ! needs quotes");
    }
    if (++nodes_ > kMaximumNodes) throw ConfigError(Place(mark), "the configuration is too large");
  }

  void Open(Unfinished unfinished) {
    if (open_.size() >= size_t{ConfigNode::kMaximumDepth}) {
      throw ConfigError(
          unfinished.node.at,
          "nested deeper than " + std::to_string(ConfigNode::kMaximumDepth) + " levels");
    }
    open_.push_back(std::move(unfinished));
  }

  void Close() {
    ConfigNode node = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Unfinished& parent = open_.back();
    if (auto* sequence = std::get_if<ConfigNode::Sequence>(&parent.node.content)) {
      sequence->push_back(std::move(node));
    } else if (!parent.key) {
      SetKey(parent, node);
    } else {
      std::get<ConfigNode::Mapping>(parent.node.content)
          .push_back({std::move(*parent.key), parent.key_at, std::move(node)});
      parent.key.reset();
    }
  }

  static void SetKey(Unfinished& parent, const ConfigNode& node) {
    const auto* scalar = node.AsScalar();
    if (scalar == nullptr) throw ConfigError(node.at, "a key must be a plain text");
    const auto [first, is_new] = parent.lines.emplace(scalar->text, node.at.line);
    if (!is_new) {
      throw ConfigError(node.at, "the key \"" + scalar->text +
                                     "\" is written twice, first in line " +
                                     std::to_string(first->second) + ": remove one of them");
    }
    parent.key = scalar->text;
    parent.key_at = node.at;
  }

  std::string file_;
  std::vector<std::string> lines_;
  std::optional<ConfigNode> root_;
  std::vector<Unfinished> open_;
  std::optional<Location> last_quote_;
  size_t nodes_ = 0;
};

void Emit(const ConfigNode& node, YAML::Emitter& out) {
  if (const auto* scalar = node.AsScalar()) {
    if (scalar->quoted) out << YAML::DoubleQuoted;
    const std::string& text = scalar->text;
    // yaml-cpp would quote the text "null".
    const bool is_word = text == "null" || text == "Null" || text == "NULL" || text == "~";
    if (!scalar->quoted && (text.empty() || is_word)) {
      out << YAML::Null;
    } else {
      out << text;
    }
  } else if (const auto* sequence = node.AsSequence()) {
    out << YAML::BeginSeq;
    for (const ConfigNode& element : *sequence) Emit(element, out);
    out << YAML::EndSeq;
  } else {
    out << YAML::BeginMap;
    for (const auto& entry : *node.AsMapping()) {
      out << YAML::Key << entry.key << YAML::Value;
      Emit(entry.value, out);
    }
    out << YAML::EndMap;
  }
}

}  // namespace

ConfigNode ParseYaml(const std::string& text, const std::string& file) {
  if (text.find('\0') != std::string::npos) {
    throw ConfigError({file, 1, 1}, "holds NUL bytes: it is not a text file");
  }
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    NodeBuilder builder(text, file);
    parser.HandleNextDocument(builder);
    NodeBuilder second(text, file);
    if (parser.HandleNextDocument(second)) throw ExplainSecondDocument(text, second.Take().at);
    if (builder.LastQuote() && IsUnclosedQuote(text, *builder.LastQuote())) {
      throw ConfigError(*builder.LastQuote(), kUnclosedQuote);
    }
    return builder.Take();
  } catch (const YAML::Exception& error) {
    throw ExplainYaml(text, file, {error.msg, error.mark.line + 1, error.mark.column + 1});
  }
}

std::string ReadConfigText(const std::string& file, const std::string& kind) {
  const auto fail = [&file](const std::string& what) -> ConfigError {
    return {Location{file, 0, 0}, what};
  };
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) throw fail("is a folder, not " + kind);
  std::ifstream stream(file, std::ios::binary);
  const std::string hint = file == "-" ? "; standard input is /dev/stdin" : "";
  if (!stream) throw fail(std::strerror(errno) + hint);
  std::string text;
  std::string chunk(1 << 16, '\0');
  while (stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) ||
         stream.gcount() > 0) {
    text.append(chunk, 0, static_cast<size_t>(stream.gcount()));
    if (text.size() > kMaximumFileBytes) throw fail("is larger than 2 MiB");
  }
  return text;
}

std::string EmitYaml(const ConfigNode& node) {
  YAML::Emitter out;
  Emit(node, out);
  return std::string(out.c_str()) + "\n";
}

}  // namespace lrsweep
