#include "sweep/search/exclusions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string_view>

#include "params/json_value.h"
#include "results/trial_labels.h"

namespace lrsweep {
namespace {

constexpr const char* kSeed = "training.seed";

/// Whether a value of the axis can decide which parameters a trial has.
bool ShapesTrials(const Axis& axis) {
  return axis.path.starts_with("scheduler.") ||
         std::any_of(axis.values.begin(), axis.values.end(), [](const Value& value) {
           return value.As<Map>() != nullptr || value.As<List>() != nullptr;
         });
}

/// The names of the parameters of all points.
class Names {
 public:
  explicit Names(const SweepConfig& config) {
    for (const Entry& scheduler : config.schedulers) {
      for (const Entry& optimizer : config.optimizers) {
        Map first = config.fixed;
        first.insert_or_assign("scheduler", scheduler.section);
        first.insert_or_assign("optimizer", optimizer.section);
        Add(scheduler, first);
        for (const auto* axes : {&scheduler.axes, &config.axes, &optimizer.axes}) {
          for (const Axis& axis : *axes) AddValues(scheduler, first, axis);
        }
      }
    }
  }

  /// The conditions' names, and the path of each column.
  ConditionNames Columns(std::map<std::string, std::string>& path_by_column) const {
    ConditionNames names{.metrics = {}};
    path_by_column["scheduler"] = "scheduler.type";
    for (const LabelPath& row : labels_.Paths()) {
      if (row.path == kSeed || names.column_by_path.contains(row.path)) continue;
      std::string name = labels_.ShortName(row.path);
      if (!path_by_column.emplace(name, row.path).second) {
        name = row.path;
        path_by_column.emplace(name, row.path);
      }
      names.column_by_path[row.path] = name;
    }
    for (const auto& [column, path] : path_by_column) names.columns.push_back(column);
    return names;
  }

 private:
  void AddValues(const Entry& scheduler, const Map& first, const Axis& axis) {
    if (!ShapesTrials(axis)) return;
    for (const Value& value : axis.values) {
      Map params = first;
      SetAt(params, axis.path, value);
      Add(scheduler, params);
    }
  }

  void Add(const Entry& scheduler, const Map& written) {
    Map params = written;
    try {
      Map& section = std::get<Map>(params.at("scheduler"));
      section = TrialScheduler(scheduler, section);
    } catch (const ConfigError&) {  // it may be what a condition leaves out
      params = written;
    }
    labels_.Add(scheduler.type, FlatText(params));
  }

  TrialLabels labels_;
};

/// The cell of a parameter, as the database gives it.
Cell CellOfValue(const Value* value) {
  if (value == nullptr || value->IsNull()) return {};
  if (const auto* integer = value->As<int64_t>()) return *integer;
  if (const auto* real = value->As<double>()) return *real;
  return ToCell(UnquotedText(*value).value_or(PlainText(*value)));
}

[[noreturn]] void Refuse(const WrittenText& condition, const std::string& what,
                         const ConditionNames& names) {
  const std::string_view kUnknown = "no such column: ";
  const size_t at = what.find(kUnknown);
  if (at == std::string::npos) throw ConfigError(condition.at, "exclude: " + what);
  const std::string name = what.substr(at + kUnknown.size());
  if (name == kSeed || name == "seed") {
    throw ConfigError(condition.at,
                      "exclude: a condition cannot name the seed, since each point is trained "
                      "with each seed");
  }
  throw ConfigError(condition.at,
                    fmt::format("exclude: {}; known are {}", what, fmt::join(names.columns, ", ")));
}

}  // namespace

Exclusions::Exclusions(const SweepConfig& config) {
  if (config.exclusions.empty()) return;
  std::map<std::string, std::string> path_by_column;
  const ConditionNames names = Names(config).Columns(path_by_column);
  for (const WrittenText& written : config.exclusions) {
    Condition condition{&written, nullptr, {}};
    try {
      condition.row = std::make_unique<RowCondition>(written.text, names);
    } catch (const std::invalid_argument& error) {
      Refuse(written, error.what(), names);
    }
    for (const std::string& column : condition.row->columns()) {
      condition.paths.push_back(path_by_column.at(column));
    }
    conditions_.push_back(std::move(condition));
  }
}

std::optional<size_t> Exclusions::Excluding(
    const std::function<const Value*(const std::string& path)>& value_at) {
  for (size_t i = 0; i < conditions_.size(); ++i) {
    const Condition& condition = conditions_[i];
    std::vector<Cell> cells;
    for (const std::string& path : condition.paths) cells.push_back(CellOfValue(value_at(path)));
    try {
      if (condition.row->IsTrue(cells)) return i;
    } catch (const std::invalid_argument& error) {
      throw ConfigError(condition.written->at, std::string("exclude: ") + error.what());
    }
  }
  return std::nullopt;
}

}  // namespace lrsweep
