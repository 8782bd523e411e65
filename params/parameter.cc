#include "params/parameter.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "params/text.h"
#include "params/ticks.h"

namespace lrsweep {
namespace {

/// A whole number without its ".0".
std::string Number(double bound) {
  const bool whole = bound == std::floor(bound) && std::abs(bound) < 1e15;
  return whole ? std::to_string(static_cast<int64_t>(bound)) : ShortestReal(bound);
}

std::string RangeText(const Range& range) {
  std::string text;
  if (std::isfinite(range.minimum)) {
    text += (range.open_minimum ? "above " : "of at least ") + Number(range.minimum);
  }
  if (std::isfinite(range.maximum)) {
    const std::string below = range.open_maximum ? "below " : "at most ";
    const std::string joint = text.empty() ? (range.open_maximum ? "" : "of ") : " and ";
    text += joint + below + Number(range.maximum);
  }
  return text;
}

/// Whether the number is within the bounds; NaN never is.
bool InRange(const Range& range, double number) {
  const bool above = range.open_minimum ? number > range.minimum : number >= range.minimum;
  return above && (range.open_maximum ? number < range.maximum : number <= range.maximum);
}

/// The value as JSON writes it, cut where it is long.
std::string Written(const Value& value) {
  constexpr size_t kLongest = 60;
  if (value.IsNull()) return "nothing";
  const auto* real = value.As<double>();
  if (real != nullptr && std::isnan(*real)) return "NaN";
  if (real != nullptr && std::isinf(*real)) return *real > 0 ? "infinity" : "-infinity";
  const std::string json = ToJson(value);
  return json.size() <= kLongest ? json : json.substr(0, kLongest) + "...";
}

[[noreturn]] void Refuse(const Parameter& parameter, const Value& value) {
  throw std::invalid_argument("expected " + Describe(parameter) + ", not " + Written(value));
}

std::string Choices(const std::vector<std::string>& choices) {
  std::string text = "one of ";
  for (size_t i = 0; i < choices.size(); ++i) text += (i > 0 ? ", " : "") + choices[i];
  return text;
}

std::string MemberNames(const Parameter& parameter) {
  std::string text;
  for (const Parameter& member : parameter.members) {
    text += (text.empty() ? "" : ", ") + member.name;
  }
  return text;
}

std::string KindText(const Parameter& parameter) {
  const std::string range = RangeText(parameter.range);
  const auto with_range = [&](const std::string& kind) {
    return range.empty() ? kind : kind + " " + range;
  };
  switch (parameter.kind) {
    case Kind::kBoolean:
      return "true or false";
    case Kind::kInteger:
      return with_range("an integer");
    case Kind::kReal:
      return with_range("a number");
    case Kind::kText:
      return "a text";
    case Kind::kChoice:
      return Choices(parameter.choices);
    case Kind::kIntegerList:
      return "a list of integers" + (range.empty() ? "" : ", each " + range);
    case Kind::kRealList:
      return "a list of numbers" + (range.empty() ? "" : ", each " + range);
    case Kind::kRealPair:
      return "a pair of numbers [a, b]" + (range.empty() ? "" : ", each " + range);
    case Kind::kPointList:
      return "a list of [tick, value] pairs" + (range.empty() ? "" : ", each value " + range);
    case Kind::kMapping:
      return "a mapping of " + MemberNames(parameter);
    case Kind::kNumberMap:
      return "a mapping of names to numbers";
    case Kind::kSchedulers:
      return "a list of schedulers, each a mapping with its type";
  }
  return "";
}

/// "run", or the canonical form of a share of it; null for all other values. No share is a value
/// for all runs but 0%, which is a plain 0.
Value CoerceShare(const Parameter& parameter, const Value& value) {
  const auto* text = value.As<std::string>();
  if (!parameter.counts_ticks || text == nullptr) return {};
  if (*text == kWholeRun) return *text;
  const std::optional<std::string> share = CanonicalShare(*text);
  if (!share || (*share == "0%" && !InRange(parameter.range, 0))) Refuse(parameter, value);
  if (*share != "0%") return *share;
  if (parameter.kind == Kind::kReal) return 0.0;
  return 0;
}

Value CoerceInteger(const Parameter& parameter, const Value& value) {
  if (Value share = CoerceShare(parameter, value); !share.IsNull()) return share;
  const auto* integer = value.As<int64_t>();
  if (integer == nullptr || !InRange(parameter.range, static_cast<double>(*integer))) {
    Refuse(parameter, value);
  }
  return *integer;
}

Value CoerceReal(const Parameter& parameter, const Value& value) {
  if (Value share = CoerceShare(parameter, value); !share.IsNull()) return share;
  const auto* integer = value.As<int64_t>();
  const auto* real = value.As<double>();
  if (integer == nullptr && real == nullptr) Refuse(parameter, value);
  const double number = real != nullptr ? *real : static_cast<double>(*integer);
  if (!std::isfinite(number) || !InRange(parameter.range, number)) Refuse(parameter, value);
  return number == 0 ? 0.0 : number;  // -0.0 is 0.0
}

Value CoerceList(const Parameter& parameter, const Value& value) {
  const List* list = value.As<List>();
  if (list == nullptr) Refuse(parameter, value);
  List coerced;
  for (const Value& element : *list) {
    const auto* integer = element.As<int64_t>();
    if (integer != nullptr && InRange(parameter.range, static_cast<double>(*integer))) {
      coerced.push_back(element);
    } else {
      coerced.push_back(CoerceShare(parameter, element));
      if (coerced.back().IsNull()) Refuse(parameter, value);
    }
  }
  return coerced;
}

Value CoerceReals(const Parameter& parameter, const Value& value) {
  const List* list = value.As<List>();
  if (list == nullptr) Refuse(parameter, value);
  List coerced;
  for (const Value& element : *list) coerced.push_back(CoerceReal(parameter, element));
  return coerced;
}

Value CoercePair(const Parameter& parameter, const Value& value) {
  const List* pair = value.As<List>();
  if (pair == nullptr || pair->size() != 2) Refuse(parameter, value);
  return List{CoerceReal(parameter, (*pair)[0]), CoerceReal(parameter, (*pair)[1])};
}

/// The ticks of points.
const Parameter& PointTick() {
  static const Parameter tick = {
      .name = "tick", .kind = Kind::kInteger, .range = {.minimum = 0}, .counts_ticks = true};
  return tick;
}

Value CoercePoints(const Parameter& parameter, const Value& value) {
  const List* list = value.As<List>();
  if (list == nullptr) Refuse(parameter, value);
  List points;
  for (const Value& element : *list) {
    const List* pair = element.As<List>();
    if (pair == nullptr || pair->size() != 2) Refuse(parameter, value);
    Parameter height = parameter;
    height.counts_ticks = false;
    points.push_back(List{CoerceInteger(PointTick(), (*pair)[0]), CoerceReal(height, (*pair)[1])});
  }
  return points;
}

Value CoerceMapping(const Parameter& parameter, const Value& value) {
  const Map* map = value.As<Map>();
  if (map == nullptr) Refuse(parameter, value);
  Map complete;
  for (const Parameter& member : parameter.members) {
    const auto found = map->find(member.name);
    if (found == map->end()) {
      if (!member.default_value) throw std::invalid_argument("needs " + member.name);
      complete[member.name] = *member.default_value;
      continue;
    }
    try {
      complete[member.name] = Coerce(member, found->second);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(member.name + ": " + error.what());
    }
  }
  for (const auto& [name, ignored] : *map) {
    if (complete.find(name) == complete.end()) {
      throw std::invalid_argument("unknown name " + name + "; known are " + MemberNames(parameter));
    }
  }
  return complete;
}

Value CoerceNumbers(const Parameter& parameter, const Value& value) {
  const Map* map = value.As<Map>();
  if (map == nullptr) Refuse(parameter, value);
  Map numbers;
  for (const auto& [name, number] : *map) {
    try {
      numbers[name] = CoerceReal({.name = name}, number);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(name + ": " + error.what());
    }
  }
  return numbers;
}

Value CoerceSchedulers(const Parameter& parameter, const Value& value) {
  const List* list = value.As<List>();
  if (list == nullptr || list->empty()) Refuse(parameter, value);
  for (const Value& element : *list) {
    const Map* map = element.As<Map>();
    const Value* type = map == nullptr ? nullptr : Find(*map, "type");
    if (type == nullptr || type->As<std::string>() == nullptr) Refuse(parameter, value);
  }
  return value;
}

size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replace}));
    }
  }
  return row.back();
}

}  // namespace

Value Coerce(const Parameter& parameter, const Value& value) {
  if (value.IsNull() && parameter.default_value && parameter.default_value->IsNull()) return value;
  switch (parameter.kind) {
    case Kind::kBoolean:
      if (value.As<bool>() == nullptr) Refuse(parameter, value);
      return value;
    case Kind::kInteger:
      return CoerceInteger(parameter, value);
    case Kind::kReal:
      return CoerceReal(parameter, value);
    case Kind::kText:
      if (value.As<std::string>() == nullptr) Refuse(parameter, value);
      return value;
    case Kind::kChoice: {
      const auto* text = value.As<std::string>();
      const auto& choices = parameter.choices;
      const bool is_metric = parameter.names_metric && text != nullptr && !text->empty();
      if (!is_metric &&
          (text == nullptr || std::find(choices.begin(), choices.end(), *text) == choices.end())) {
        Refuse(parameter, value);
      }
      return value;
    }
    case Kind::kIntegerList:
      return CoerceList(parameter, value);
    case Kind::kRealList:
      return CoerceReals(parameter, value);
    case Kind::kRealPair:
      return CoercePair(parameter, value);
    case Kind::kPointList:
      return CoercePoints(parameter, value);
    case Kind::kMapping:
      return CoerceMapping(parameter, value);
    case Kind::kNumberMap:
      return CoerceNumbers(parameter, value);
    case Kind::kSchedulers:
      return CoerceSchedulers(parameter, value);
  }
  return value;
}

std::string Describe(const Parameter& parameter) {
  if (!parameter.counts_ticks) return KindText(parameter);
  const bool several = parameter.kind == Kind::kIntegerList || parameter.kind == Kind::kPointList;
  return KindText(parameter) + (several ? "; ticks may be shares of the run such as 50%"
                                        : ", run, or a share of it such as 20%");
}

std::string NearestName(const std::string& unknown, const std::vector<std::string>& known) {
  std::string nearest;
  size_t best = std::max<size_t>(2, unknown.size() / 3) + 1;  // less than this is near enough
  for (const std::string& name : known) {
    const size_t distance = EditDistance(Lower(unknown), Lower(name));
    const bool something_in_common = distance < std::max(unknown.size(), name.size());
    if (distance < best && something_in_common) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace lrsweep
