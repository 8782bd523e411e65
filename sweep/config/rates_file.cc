#include "sweep/config/rates_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <utility>

#include "params/text.h"
#include "sweep/config/yaml_reader.h"

namespace lrsweep {
namespace {

constexpr size_t kMostRates = 50'000;

std::string Trimmed(const std::string& line) {
  const char* blanks = " \t\r";
  const size_t first = line.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

/// Whether the text is a word such as lr: no number, and not NaN or infinity.
bool IsHeading(const std::string& text) {
  std::string word;
  for (const char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (std::string("_ \"'").find(c) == std::string::npos) {
      return false;
    }
  }
  return !word.empty() && word != "nan" && word != "inf" && word != "infinity";
}

/// The rate on a line, which has something on it.
ConfigNode ReadRate(const std::string& text, const Location& at) {
  ConfigNode node{at, ConfigNode::Scalar{text, false}};
  const Value value = ToValue(node);
  const auto* real = value.As<double>();
  const auto* integer = value.As<int64_t>();
  const bool good = (real != nullptr && std::isfinite(*real) && *real >= 0) ||
                    (integer != nullptr && *integer >= 0);
  if (good) return node;
  throw ConfigError(at, "expected one learning rate, a number of at least 0, not \"" +
                            OneLine(text.substr(0, 40)) + "\"");
}

ConfigNode::Sequence ReadRates(const std::string& text, const std::string& file) {
  ConfigNode::Sequence rates;
  std::istringstream lines(text);
  std::string line;
  bool may_be_heading = true;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // a byte-order mark
    const std::string trimmed = Trimmed(line);
    if (trimmed.empty() || trimmed[0] == '#') continue;
    const bool is_heading = may_be_heading && IsHeading(trimmed);
    may_be_heading = false;
    if (is_heading) continue;
    const auto column = static_cast<int>(line.find(trimmed)) + 1;
    rates.push_back(ReadRate(trimmed, {file, number, column}));
  }
  return rates;
}

/// The list of rates in the file that `node` names.
ConfigNode RatesOf(const ConfigNode& node, const std::string& path) {
  const auto* scalar = node.AsScalar();
  if (scalar == nullptr || scalar->text.empty()) {
    throw ConfigError(node.at,
                      path + ": expected the name of a file with one learning rate a line");
  }
  std::filesystem::path name = scalar->text;
  const bool in_file = node.at.line > 0;
  if (in_file && name.is_relative()) {
    name = std::filesystem::path(node.at.file).parent_path() / name;
  }
  std::string text;
  try {
    text = ReadConfigText(name.string(), "a file of learning rates");
  } catch (const ConfigError& error) {
    throw ConfigError(node.at, path + ": " + error.what());
  }
  ConfigNode::Sequence rates = ReadRates(text, name.string());
  if (rates.empty() || rates.size() > kMostRates) {
    throw ConfigError(node.at, path + ": " + name.string() + " has " +
                                   std::to_string(rates.size()) +
                                   " learning rates, expected 1 to " + std::to_string(kMostRates));
  }
  return {node.at, std::move(rates)};
}

/// Whether the key's list holds values of one parameter.
bool IsListKey(const std::string& key) { return key == "grid" || key == "choice"; }

/// Replaces the file of a Table at `path` ("scheduler"). Returns whether it has one.
bool ReadFileOf(ConfigNode& table, const std::string& path) {
  auto& entries = std::get<ConfigNode::Mapping>(table.content);
  const auto file = std::find_if(entries.begin(), entries.end(),
                                 [](const auto& entry) { return entry.key == "file"; });
  const bool has_rates = table.Get("rates") != nullptr;
  if (file == entries.end() ||
      (file->value.AsScalar() != nullptr && ToValue(file->value).IsNull())) {
    if (has_rates) return false;
    throw ConfigError(table.at, path + ": Table needs file: rates.csv, or rates: [0.1, 0.05]");
  }
  const std::string file_path = path + ".file";
  if (has_rates) {
    throw ConfigError(file->value.at, file_path + ": rates are given too: write one of them");
  }
  file->key = "rates";
  auto* mapping = std::get_if<ConfigNode::Mapping>(&file->value.content);
  const bool is_axis =
      mapping != nullptr && mapping->size() == 1 && IsListKey(mapping->front().key);
  auto* grid =
      is_axis ? std::get_if<ConfigNode::Sequence>(&mapping->front().value.content) : nullptr;
  if (grid == nullptr) {
    file->value = RatesOf(file->value, file_path);
  } else {
    for (ConfigNode& one : *grid) one = RatesOf(one, file_path);
  }
  return true;
}

bool IsTable(const ConfigNode& node) {
  const ConfigNode* type = node.Get("type");
  const auto* scalar = type != nullptr ? type->AsScalar() : nullptr;
  return scalar != nullptr && scalar->text == "Table";
}

/// Replaces the files of all tables in `node`.
bool ReadFilesIn(ConfigNode& node, const std::string& path, bool is_top) {
  bool found = false;
  if (IsTable(node)) return ReadFileOf(node, path);
  if (auto* mapping = std::get_if<ConfigNode::Mapping>(&node.content)) {
    for (ConfigNode::Entry& entry : *mapping) {
      found |=
          ReadFilesIn(entry.value, IsListKey(entry.key) ? path : path + "." + entry.key, false);
    }
  } else if (auto* sequence = std::get_if<ConfigNode::Sequence>(&node.content)) {
    for (size_t i = 0; i < sequence->size(); ++i) {
      found |= ReadFilesIn((*sequence)[i], is_top ? path : path + "." + std::to_string(i), false);
    }
  }
  return found;
}

}  // namespace

bool ReadRatesFiles(ConfigNode& root) {
  auto* mapping = std::get_if<ConfigNode::Mapping>(&root.content);
  if (mapping == nullptr) return false;
  for (ConfigNode::Entry& entry : *mapping) {
    if (entry.key == "scheduler") return ReadFilesIn(entry.value, entry.key, /*is_top=*/true);
  }
  return false;
}

}  // namespace lrsweep
