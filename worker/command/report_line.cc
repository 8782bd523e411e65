#include "worker/command/report_line.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "params/json_value.h"
#include "params/text.h"
#include "params/utf8.h"
#include "worker/command/number_text.h"

namespace lrsweep {
namespace {

constexpr size_t kMostMembers = 1000;
constexpr size_t kDeepest = 100;  // lists and objects within one another
constexpr size_t kLongestName = 100;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string Quoted(const std::string& text) { return Dump(Json(Shortened(text, 60))); }

bool IsOfBareWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
}

/// A number or word as JSON has it. Programs write what their printf or json gives them: NaN, -nan,
/// inf, Infinity, 1e400 are null, of .5 and +5 the missing 0 is added and the sign left out.
std::string AsJson(std::string_view word) {
  const bool is_signed = word.starts_with('-') || word.starts_with('+');
  const std::string_view number = word.substr(is_signed ? 1 : 0);
  const std::string lower = Lower(std::string(number));
  if (lower == "nan" || lower == "inf" || lower == "infinity") return "null";
  constexpr size_t kLongestSafe = 300;  // digits of a number that is no infinity
  const bool may_overflow = lower.find('e') != std::string::npos || lower.size() > kLongestSafe;
  const bool is_number = std::isdigit(static_cast<unsigned char>(number.empty() ? 'x' : number[0]));
  if (is_number && may_overflow && std::isinf(std::strtod(lower.c_str(), nullptr))) return "null";
  const std::string sign = word.starts_with('-') ? "-" : "";
  if (number.starts_with('.')) return sign + "0" + std::string(number);
  return is_number ? sign + std::string(number) : std::string(word);
}

/// `line` with the numbers and words outside of texts as JSON has them.
std::string WithJsonNumbers(std::string_view line) {
  std::string text;
  text.reserve(line.size());
  bool is_in_text = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (!is_in_text && IsOfBareWord(c)) {
      size_t end = i;
      while (end < line.size() && IsOfBareWord(line[end])) ++end;
      text += AsJson(line.substr(i, end - i));
      i = end - 1;
      continue;
    }
    text += c;
    if (is_in_text && c == '\\' && i + 1 < line.size()) text += line[++i];
    if (c == '"') is_in_text = !is_in_text;
  }
  return text;
}

/// A list or an object, whose content does not matter.
struct Nested {};
using MemberValue = std::variant<double, std::string, Nested>;

/// The members of a report, as they came; those of `losses` apart.
struct Members {
  std::map<std::string, MemberValue> values;
  std::optional<std::vector<float>> losses;
};

/// Takes the events of the JSON parser, so that no tree of an unknown depth is built.
class MemberReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  Members members;
  std::string error;  // the first

  bool null() override { return OnNumber(kNan); }
  bool boolean(bool value) override { return OnNumber(value ? 1 : 0); }
  bool number_integer(int64_t value) override { return OnNumber(static_cast<double>(value)); }
  bool number_unsigned(uint64_t value) override { return OnNumber(static_cast<double>(value)); }
  bool number_float(double value, const std::string& /*text*/) override { return OnNumber(value); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return true; }  // JSON has none

  bool string(std::string& value) override {
    if (IsInLosses()) return Refuse("\"losses\" holds a text; expected numbers");
    return depth_ == 1 ? Add(std::move(value)) : depth_ > 1 || RefuseNoObject();
  }
  bool start_object(size_t /*size*/) override {
    if (depth_ == 0) return Deepen();
    if (IsInLosses()) return Refuse("\"losses\" holds an object; expected numbers");
    return (depth_ > 1 || Add(Nested{})) && Deepen();
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(size_t /*size*/) override {
    if (depth_ == 0) return RefuseNoObject();
    if (IsInLosses()) return Refuse("\"losses\" holds a list; expected numbers");
    if (depth_ == 1 && key_ == "losses") {
      if (members.losses || members.values.contains(key_)) return RefuseTwice();
      members.losses.emplace();
      is_in_losses_ = true;
      return Deepen();
    }
    return (depth_ > 1 || Add(Nested{})) && Deepen();
  }
  bool end_array() override {
    --depth_;
    is_in_losses_ = false;
    return true;
  }
  bool key(std::string& name) override {
    if (depth_ == 1) key_ = std::move(name);
    return true;
  }
  bool parse_error(size_t /*position*/, const std::string& /*last_token*/,
                   const nlohmann::json::exception& why) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error ..."
    const std::string text = why.what();
    const size_t end_of_name = text.find("] ");
    return Refuse("it is no JSON: " +
                  (end_of_name == std::string::npos ? text : text.substr(end_of_name + 2)));
  }

 private:
  bool IsInLosses() const { return is_in_losses_; }

  bool OnNumber(double value) {
    if (is_in_losses_) {
      members.losses->push_back(static_cast<float>(value));
      return true;
    }
    return depth_ == 1 ? Add(value) : depth_ > 1 || RefuseNoObject();
  }

  bool Add(MemberValue value) {
    if (members.values.size() == kMostMembers) {
      return Refuse("it has more than " + std::to_string(kMostMembers) + " members");
    }
    if (key_ == "losses" && members.losses) return RefuseTwice();
    return members.values.emplace(key_, std::move(value)).second || RefuseTwice();
  }

  bool Deepen() {
    if (++depth_ <= kDeepest) return true;
    return Refuse("its lists and objects are nested more than " + std::to_string(kDeepest) +
                  " deep");
  }

  bool RefuseTwice() { return Refuse(Quoted(key_) + " is in it twice"); }
  bool RefuseNoObject() { return Refuse("it is no JSON object"); }
  bool Refuse(std::string why) {
    error = std::move(why);
    return false;
  }

  size_t depth_ = 0;
  std::string key_;  // of the object at depth 1
  bool is_in_losses_ = false;
};

/// A member that breaks the rules.
struct BadMember : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string TextOf(const MemberValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return Quoted(*text);
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? "a list or an object" : NumberText(*number);
}

/// Takes members out of a report; what is left are metrics.
class MemberTaker {
 public:
  explicit MemberTaker(Members& members) : members_(members) {}

  std::optional<MemberValue> Take(const std::string& name) {
    const auto found = members_.values.extract(name);
    if (found.empty()) return std::nullopt;
    return found.mapped();
  }

  std::optional<double> TakeNumber(const std::string& name) {
    const auto value = Take(name);
    if (!value) return std::nullopt;
    if (const auto* number = std::get_if<double>(&*value)) return *number;
    throw BadMember(Quoted(name) + " is " + TextOf(*value) + "; expected a number");
  }

  std::optional<int64_t> TakeInteger(const std::string& name, int64_t least) {
    const auto value = Take(name);
    if (!value) return std::nullopt;
    const auto* number = std::get_if<double>(&*value);
    constexpr double kMost = 1LL << 53;  // up to here every integer is a double
    if (number == nullptr || *number != std::floor(*number) || *number > kMost ||
        *number < static_cast<double>(least)) {
      throw BadMember(Quoted(name) + " is " + TextOf(*value) +
                      "; expected an integer of at least " + std::to_string(least));
    }
    return static_cast<int64_t>(*number);
  }

  AppliedRates TakeRates() { return {TakeNumber("lr"), TakeNumber("momentum")}; }

  std::vector<float> TakeLosses() {
    if (const auto value = Take("losses")) {
      throw BadMember("\"losses\" is " + TextOf(*value) + "; expected a list of numbers");
    }
    return std::exchange(members_.losses, std::nullopt).value_or(std::vector<float>());
  }

 private:
  Members& members_;
};

bool MayBeInName(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_./-").find(c) != std::string_view::npos;
}

void CheckName(const std::string& name) {
  if (!name.empty() && name.size() <= kLongestName &&
      std::all_of(name.begin(), name.end(), MayBeInName)) {
    return;
  }
  throw BadMember("the name of the metric " + Quoted(name) +
                  " must be 1 to 100 letters, digits, '_', '.', '/' or '-'");
}

/// Makes metrics of all that is left.
template <typename Measured>
Measured WithMetrics(const Members& members, Measured report) {
  for (const auto& [name, value] : members.values) {
    if (const auto* number = std::get_if<double>(&value)) {
      CheckName(name);
      report.metrics.emplace(name, *number);
    } else {
      report.ignored.push_back(name);
    }
  }
  if (report.metrics.empty()) {
    const std::string why =
        report.ignored.empty() ? "" : ": " + Quoted(report.ignored.front()) + " is no number";
    throw BadMember("it has no metric" + why +
                    "; expected at least one, such as \"val_loss\": 0.5");
  }
  return report;
}

CheckpointReport ReadCheckpoint(Members& members) {
  MemberTaker taker(members);
  const MemberValue path = *taker.Take("checkpoint");
  const auto* text = std::get_if<std::string>(&path);
  if (text == nullptr || text->empty()) {
    throw BadMember("\"checkpoint\" is " + TextOf(path) +
                    "; expected the name of a file or folder");
  }
  const auto epoch = taker.TakeInteger("epoch", 1);
  if (!epoch) throw BadMember("a checkpoint needs the \"epoch\" of which it is");
  if (!members.values.empty() || members.losses) {
    throw BadMember(
        "a checkpoint is a line of its own, after that of its epoch: it may have "
        "\"checkpoint\" and \"epoch\" only");
  }
  return {*text, *epoch};
}

ProgressReport ReadProgress(Members& members) {
  MemberTaker taker(members);
  ProgressReport report{.steps = taker.TakeInteger("steps", 0).value(),
                        .loss = taker.TakeNumber("loss").value_or(kNan),
                        .applied = taker.TakeRates(),
                        .ignored = {}};
  for (const auto& [name, value] : members.values) report.ignored.push_back(name);
  if (members.losses) report.ignored.emplace_back("losses");
  return report;
}

Report ReadReport(Members& members) {
  if (members.values.contains("checkpoint")) return ReadCheckpoint(members);
  MemberTaker taker(members);
  if (members.values.contains("epoch")) {
    EpochReport report{.epoch = taker.TakeInteger("epoch", 1).value(),
                       .steps = taker.TakeInteger("steps", 1),
                       .applied = taker.TakeRates(),
                       .losses = taker.TakeLosses(),
                       .metrics = {},
                       .ignored = {}};
    return WithMetrics(members, std::move(report));
  }
  if (members.values.contains("steps")) return ReadProgress(members);
  ResultReport report{
      .applied = taker.TakeRates(), .losses = taker.TakeLosses(), .metrics = {}, .ignored = {}};
  return WithMetrics(members, std::move(report));
}

}  // namespace

Report ParseReport(std::string_view line) {
  if (line.size() > kMostReportBytes) return BadReport{"it is longer than 16 MB"};
  MemberReader reader;
  const std::string json = WithJsonNumbers(line);
  if (!nlohmann::json::sax_parse(json, &reader)) return BadReport{std::move(reader.error)};
  try {
    return ReadReport(reader.members);
  } catch (const BadMember& error) {
    return BadReport{error.what()};
  }
}

}  // namespace lrsweep
