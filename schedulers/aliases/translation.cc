#include "schedulers/aliases/translation.h"

#include <cctype>
#include <functional>
#include <stdexcept>
#include <utility>

#include "params/ticks.h"

namespace lrsweep {
namespace {

bool IsOfWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// `text` with each word replaced by what `replace` gives for it; a number such as 1e-7 is no word.
std::string WithWords(const std::string& text,
                      const std::function<std::string(const std::string&)>& replace) {
  std::string out;
  for (size_t first = 0; first < text.size();) {
    size_t end = first;
    while (end < text.size() && (IsOfWord(text[end]) || text[end] == '.')) ++end;
    if (end == first) {
      out += text[first++];
      continue;
    }
    const std::string word = text.substr(first, end - first);
    out += std::isalpha(static_cast<unsigned char>(word[0])) != 0 ? replace(word) : word;
    first = end;
  }
  return out;
}

}  // namespace

Parameter TicksRow(const std::string& name, int64_t minimum, std::optional<Value> default_value,
                   const std::string& help) {
  return {.name = name,
          .kind = Kind::kInteger,
          .default_value = std::move(default_value),
          .range = {.minimum = static_cast<double>(minimum)},
          .counts_ticks = true,
          .help = help};
}

Parameter RealRow(const std::string& name, const Range& range, std::optional<Value> default_value,
                  const std::string& help) {
  return {.name = name,
          .kind = Kind::kReal,
          .default_value = std::move(default_value),
          .range = range,
          .help = help};
}

Parameter ChoiceRow(const std::string& name, const std::vector<std::string>& choices,
                    const std::string& help) {
  return {.name = name,
          .kind = Kind::kChoice,
          .default_value = choices.front(),
          .choices = choices,
          .help = help};
}

const Value& Get(const Map& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) throw std::invalid_argument(name + " is required");
  return found->second;
}

double GetReal(const Map& parameters, const std::string& name) {
  return std::get<double>(Get(parameters, name));
}

const std::string& GetText(const Map& parameters, const std::string& name) {
  return std::get<std::string>(Get(parameters, name));
}

bool IsZero(const Map& parameters, const std::string& name) {
  return Get(parameters, name) == Value(0);
}

std::optional<Value> TicksBetween(const Value& from, const Value& to) {
  if (from == Value(0) || to == Value(kWholeRun)) return to;
  const auto* first = from.As<int64_t>();
  const auto* last = to.As<int64_t>();
  if (first == nullptr || last == nullptr) return std::nullopt;
  return Value(*last - *first);
}

std::string TicksText(const Value& ticks) {
  if (const auto* number = ticks.As<int64_t>()) return std::to_string(*number);
  const auto& share = std::get<std::string>(ticks);
  if (share == kWholeRun) return "T";
  const std::string number = share.substr(0, share.size() - 1);
  const size_t dot = number.find('.');
  if (dot == std::string::npos) return "floor(T * " + number + " / 100)";
  const std::string digits = number.substr(0, dot) + number.substr(dot + 1);
  return "floor(T * " + digits.substr(digits.find_first_not_of('0')) + " / 100" +
         std::string(number.size() - dot - 1, '0') + ")";
}

Map FormulaOf(const std::string& text, const Map& parameters) {
  Map used;
  const std::string lr = WithWords(text, [&](const std::string& word) {
    const auto found = parameters.find(word);
    if (found == parameters.end()) return word;
    if (found->second.As<std::string>() != nullptr) return TicksText(found->second);
    const auto* integer = found->second.As<int64_t>();
    used[word] = integer != nullptr ? Value(static_cast<double>(*integer)) : found->second;
    return word;
  });
  return {{"type", "Formula"}, {"lr", lr}, {"params", std::move(used)}};
}

std::string Replaced(const std::string& text, const std::string& name, const std::string& by) {
  return WithWords(text, [&](const std::string& word) { return word == name ? by : word; });
}

Map AfterWarmup(const Value& ticks, Map schedule, const AliasPlace& place) {
  if (ticks == Value(0)) return schedule;
  if (place.may_have_warmup) {
    schedule["warmup"] = Map{{"steps", ticks}, {"start_factor", 0.0}};
    return schedule;
  }
  // LinearLR, as PyTorch's, cannot begin at 0.
  return OneAfterAnother(FormulaOf("lr * t / T", {}), ticks, std::move(schedule));
}

Map OneAfterAnother(Map first, const Value& ticks, Map second) {
  if (ticks == Value(0)) return second;
  return {{"type", "SequentialLR"},
          {"milestones", List{ticks}},
          {"schedulers", List{std::move(first), std::move(second)}}};
}

Map ConstantRate() { return {{"type", "ConstantLR"}, {"factor", 1.0}}; }

}  // namespace lrsweep
