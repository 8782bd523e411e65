#include "analysis/statistics/functional_anova.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

namespace lrsweep {
namespace {

using Values = std::vector<double>;            // of the metric
using Levels = std::map<std::string, Values>;  // of a parameter: the points that have each value

/// A parameter whose share of the variance is computed: over all points, or over those of one type
/// (`within`).
struct Factor {
  std::string name;
  std::string within;
  Levels levels;
};

/// One combination of all parameters, and its repetitions.
using Cell = std::tuple<std::string, std::vector<std::pair<std::string, std::string>>>;
using Cells = std::map<Cell, Values>;

Cells CellsOf(const std::vector<GridPoint>& points) {
  Cells cells;
  for (const GridPoint& point : points) {
    cells[{point.type, point.parameters}].push_back(point.value);
  }
  return cells;
}

Factor TypeOf(const std::vector<GridPoint>& points) {
  Factor type{.name = "type"};
  for (const GridPoint& point : points) type.levels[point.type].push_back(point.value);
  return type;
}

/// Whether this is one parameter of all types: some value is tried with each of them. Otherwise the
/// types have parameters of the same name that cannot be compared, and each is computed by itself.
bool IsShared(const std::vector<Factor>& of_types, size_t types) {
  if (of_types.size() < types) return false;
  const auto everywhere = [&of_types](const auto& level) {
    return std::all_of(of_types.begin(), of_types.end(), [&level](const Factor& factor) {
      return factor.levels.contains(level.first);
    });
  };
  const Levels& first = of_types.front().levels;
  return std::any_of(first.begin(), first.end(), everywhere);
}

Factor Joined(const std::vector<Factor>& of_types) {
  Factor joined{.name = of_types.front().name};
  for (const Factor& factor : of_types) {
    for (const auto& [value, values] : factor.levels) {
      Values& all = joined.levels[value];
      all.insert(all.end(), values.begin(), values.end());
    }
  }
  return joined;
}

/// The parameters that vary.
std::vector<Factor> ParametersOf(const std::vector<GridPoint>& points, size_t types) {
  std::map<std::string, std::map<std::string, Factor>> by_name_and_type;
  for (const GridPoint& point : points) {
    for (const auto& [name, value] : point.parameters) {
      Factor& factor = by_name_and_type[name][point.type];
      factor.name = name;
      factor.within = point.type;
      factor.levels[value].push_back(point.value);
    }
  }
  std::vector<Factor> parameters;
  for (auto& [name, by_type] : by_name_and_type) {
    std::vector<Factor> of_types;
    for (auto& [type, factor] : by_type) of_types.push_back(std::move(factor));
    if (IsShared(of_types, types)) of_types = {Joined(of_types)};
    std::move(of_types.begin(), of_types.end(), std::back_inserter(parameters));
  }
  std::erase_if(parameters, [](const Factor& factor) { return factor.levels.size() < 2; });
  return parameters;
}

std::optional<double> AsNumber(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// An interval, "0.01 to 0.08", stands where its first number does.
bool ValuesAscend(const LevelEffect& a, const LevelEffect& b) {
  const auto key = [](const std::string& text) {
    const std::optional<double> number = AsNumber(text.substr(0, text.find(" to ")));
    return std::tuple(!number.has_value(), number.value_or(0), text);
  };
  return key(a.value) < key(b.value);
}

/// The effect with an unfinished `share`: the sum of squares of the levels' means around the mean
/// of all points, which the caller divides by the total.
ParameterImportance MainEffect(const Factor& factor) {
  ParameterImportance effect{.name = factor.name, .within = factor.within};
  double n = 0;
  double sum = 0;
  for (const auto& [value, values] : factor.levels) {
    effect.levels.push_back({value, Summarize(values)});
    const Summary& summary = effect.levels.back().summary;
    n += static_cast<double>(summary.n);
    sum += static_cast<double>(summary.n) * summary.mean;
  }
  for (const LevelEffect& level : effect.levels) {
    const double from_mean = level.summary.mean - sum / n;
    effect.share += static_cast<double>(level.summary.n) * from_mean * from_mean;
  }
  std::sort(effect.levels.begin(), effect.levels.end(), ValuesAscend);
  return effect;
}

/// The sum of squares around the mean.
double Squares(const Values& values) {
  const double sd = Summarize(values).sd.value_or(0);
  return sd * sd * static_cast<double>(values.size() - 1);
}

const std::string* ValueOf(const Cell& cell, const std::string& name) {
  for (const auto& [parameter, value] : std::get<1>(cell)) {
    if (parameter == name) return &value;
  }
  return nullptr;
}

/// "StepLR with gamma=0.1, step_size=5"
std::string Named(const std::string& type, const std::vector<const Factor*>& factors,
                  const std::vector<std::string>& values) {
  std::string text = type;
  for (size_t i = 0; i < factors.size(); ++i) {
    text += (i == 0 ? " with " : ", ") + factors[i]->name + "=" + values[i];
  }
  return text;
}

/// The first combination of the factors' values that is not there.
std::optional<std::vector<std::string>> FirstMissing(
    const std::vector<const Factor*>& factors, const std::set<std::vector<std::string>>& present) {
  std::vector<Levels::const_iterator> at;
  at.reserve(factors.size());
  for (const Factor* factor : factors) at.push_back(factor->levels.begin());
  while (true) {
    std::vector<std::string> values;
    values.reserve(at.size());
    for (const auto& level : at) values.push_back(level->first);
    if (!present.contains(values)) return values;
    size_t digit = 0;  // counts through the combinations like an odometer
    while (digit < at.size() && ++at[digit] == factors[digit]->levels.end()) {
      at[digit] = factors[digit]->levels.begin();
      ++digit;
    }
    if (digit == at.size()) return std::nullopt;
  }
}

/// Which combination of values the trials of a type lack, or repeat less often than `repetitions`
/// times (the most of any cell), as text; empty if none.
std::string MissingOf(const std::string& type, const std::vector<Factor>& parameters,
                      const Cells& cells, size_t repetitions) {
  std::vector<const Factor*> factors;
  for (const Factor& factor : parameters) {
    if (factor.within.empty() || factor.within == type) factors.push_back(&factor);
  }
  std::set<std::vector<std::string>> present;
  std::string unequal;
  for (const auto& [cell, repeated] : cells) {
    if (std::get<0>(cell) != type) continue;
    std::vector<std::string> values;
    for (const Factor* factor : factors) {
      const std::string* value = ValueOf(cell, factor->name);
      if (value == nullptr) return "not every " + type + " trial has " + factor->name;
      values.push_back(*value);
    }
    if (unequal.empty() && repeated.size() < repetitions) {
      unequal = Named(type, factors, values) + " has " + std::to_string(repeated.size()) + " of " +
                std::to_string(repetitions) + " repetitions";
    }
    present.insert(std::move(values));
  }
  const auto missing = FirstMissing(factors, present);
  return missing ? Named(type, factors, *missing) + " is missing" : unequal;
}

std::string FirstGap(const Factor& types, const std::vector<Factor>& parameters,
                     const Cells& cells) {
  size_t repetitions = 0;
  for (const auto& [cell, repeated] : cells) repetitions = std::max(repetitions, repeated.size());
  for (const auto& [type, values] : types.levels) {
    std::string missing = MissingOf(type, parameters, cells, repetitions);
    if (!missing.empty()) return missing;
  }
  return {};
}

}  // namespace

Importance ExplainVariance(const std::vector<GridPoint>& points) {
  if (points.size() < 2) throw std::invalid_argument("nothing to explain: fewer than two points");
  const Cells cells = CellsOf(points);
  const Factor types = TypeOf(points);
  const std::vector<Factor> parameters = ParametersOf(points, types.levels.size());

  Values all;
  all.reserve(points.size());
  for (const GridPoint& point : points) all.push_back(point.value);
  const double squares = Squares(all);
  const auto share = [squares](double part) { return squares > 0 ? part / squares : 0; };

  Importance importance;
  importance.variance = squares / static_cast<double>(points.size());
  if (types.levels.size() > 1) importance.parameters.push_back(MainEffect(types));
  for (const Factor& parameter : parameters) importance.parameters.push_back(MainEffect(parameter));
  double explained = 0;
  for (ParameterImportance& parameter : importance.parameters) {
    parameter.share = share(parameter.share);
    explained += parameter.share;
  }
  std::stable_sort(importance.parameters.begin(), importance.parameters.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
  double within_cells = 0;
  for (const auto& [cell, repeated] : cells) within_cells += Squares(repeated);
  importance.repetitions = share(within_cells);
  importance.interactions = squares > 0 ? std::max(0.0, 1 - explained - importance.repetitions) : 0;
  importance.missing = FirstGap(types, parameters, cells);
  importance.complete = importance.missing.empty();
  return importance;
}

}  // namespace lrsweep
