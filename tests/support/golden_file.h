// Reads the files that tests/golden/make_schedules.py made; the format is described there.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "params/value.h"

namespace lrsweep {

struct GoldenRow {
  int64_t tick = 0;
  double lr = 0;
  double momentum = 0;
  std::optional<double> fourth;  // the closed form's lr, or the metric at the epoch's end
};

struct GoldenCase {
  std::string line;
  Map parameters;  // of the schedule, type included
  double lr = 0;   // the optimizer's
  double momentum = 0;
  int64_t run = 0;
  int64_t epochs = 0;  // of a trial's schedule
  int64_t steps_per_epoch = 0;
  std::optional<double> drift;
  std::vector<GoldenRow> rows;
};

/// A JSON value without spaces; a text may stand without quotes at the end of its line.
class JsonText {
 public:
  explicit JsonText(std::string_view text) : rest_(text) {}

  Value Read() {
    if (Take('[')) return ReadList();
    if (Take('{')) return ReadMap();
    if (Take('"')) return Until("\"", true);
    std::string word = Until(",]}", false);
    if (word == "true" || word == "false") return word == "true";
    if (word == "null") return {};
    if (const auto integer = As<int64_t>(word)) return *integer;
    if (const auto real = As<double>(word)) return *real;
    return word;
  }

 private:
  template <typename Number>
  static std::optional<Number> As(const std::string& word) {
    Number number{};
    const char* end = word.data() + word.size();
    const auto result = std::from_chars(word.data(), end, number);
    if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return number;
  }

  bool Take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string Until(std::string_view ends, bool take_end) {
    const size_t length = std::min(rest_.find_first_of(ends), rest_.size());
    std::string word(rest_.substr(0, length));
    rest_.remove_prefix(std::min(rest_.size(), length + (take_end ? 1 : 0)));
    return word;
  }

  Value ReadList() {
    List list;
    while (!Take(']')) {
      list.push_back(Read());
      Take(',');
    }
    return list;
  }

  Value ReadMap() {
    Map map;
    while (!Take('}')) {
      Take('"');
      const std::string key = Until("\"", true);
      Take(':');
      map[key] = Read();
      Take(',');
    }
    return map;
  }

  std::string_view rest_;
};

inline GoldenCase ParseCase(const std::string& line) {
  GoldenCase golden;
  golden.line = line;
  std::istringstream words(line);
  std::string word;
  std::string type;
  words >> word >> type;
  golden.parameters["type"] = type;
  while (words >> word) {
    const size_t equals = word.find('=');
    std::string name = word.substr(0, equals);
    const std::string text = word.substr(equals + 1);
    if (name == "lr") {
      golden.lr = std::strtod(text.c_str(), nullptr);
    } else if (name == "momentum") {
      golden.momentum = std::strtod(text.c_str(), nullptr);
    } else if (name == "run") {
      golden.run = std::stoll(text);
    } else if (name == "epochs") {
      golden.epochs = std::stoll(text);
    } else if (name == "steps_per_epoch") {
      golden.steps_per_epoch = std::stoll(text);
    } else if (name == "drift") {
      golden.drift = std::strtod(text.c_str(), nullptr);
    } else {
      const std::string prefix = "scheduler.";  // in front of a name that has a meaning above
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
      golden.parameters[name] = JsonText(text).Read();
    }
  }
  return golden;
}

inline GoldenRow ParseRow(const std::string& line) {
  GoldenRow row;
  std::istringstream words(line);
  std::string fourth;
  words >> row.tick >> row.lr >> row.momentum >> fourth;
  if (!fourth.empty()) row.fourth = std::strtod(fourth.c_str(), nullptr);  // NaN too
  return row;
}

/// The cases of tests/golden/<name>.txt. Throws where there is none, or one without a row.
inline std::vector<GoldenCase> ReadGolden(const std::string& name) {
  std::ifstream file(std::string(LRSWEEP_SOURCE_DIR) + "/tests/golden/" + name + ".txt");
  std::vector<GoldenCase> cases;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("case ")) {
      cases.push_back(ParseCase(line));
    } else {
      cases.at(cases.size() - 1).rows.push_back(ParseRow(line));
    }
  }
  for (const GoldenCase& golden : cases) {
    if (golden.rows.empty()) throw std::runtime_error(name + ".txt: no rows: " + golden.line);
  }
  if (cases.empty()) throw std::runtime_error("no cases in tests/golden/" + name + ".txt");
  return cases;
}

}  // namespace lrsweep
