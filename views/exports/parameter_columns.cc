#include "views/exports/parameter_columns.h"

#include "results/stored_params.h"

namespace lrsweep {

std::map<std::string, Value> ExportedParams(const std::string& params_json) {
  const Map params = StoredParams(params_json);
  std::map<std::string, Value> flat = Flatten(params);
  for (const auto& [section, value] : params) {
    const Map* members = value.As<Map>();
    if (members == nullptr) continue;
    for (const auto& [name, member] : *members) {
      if (member.As<List>() == nullptr) continue;
      flat.emplace(std::string(section).append(".").append(name), member);
    }
  }
  return flat;
}

ParameterColumns::Kind ParameterColumns::KindOf(const Value& value) {
  if (value.IsNull()) return Kind::kNull;
  if (value.As<bool>() != nullptr) return Kind::kTruth;
  if (value.As<int64_t>() != nullptr) return Kind::kInteger;
  if (value.As<double>() != nullptr) return Kind::kReal;
  return value.As<List>() != nullptr ? Kind::kList : Kind::kText;
}

ParameterColumns::Kind ParameterColumns::Join(Kind a, Kind b) {
  if (a == b || b == Kind::kNull) return a;
  if (a == Kind::kNull) return b;
  const auto number = [](Kind kind) { return kind == Kind::kInteger || kind == Kind::kReal; };
  return number(a) && number(b) ? Kind::kReal : Kind::kText;
}

ParameterColumns::ParameterColumns(const Store& store, const std::set<std::string>& without) {
  store.EachTrial([&](const TrialRow& trial) {
    for (const auto& [path, value] : ExportedParams(trial.params_json)) {
      if (without.contains(path)) continue;
      const auto [seen, is_new] = kinds_.try_emplace(path, KindOf(value));
      if (!is_new) seen->second = Join(seen->second, KindOf(value));
    }
  });
  for (const auto& [path, kind] : kinds_) paths_.push_back(path);
}

Json ParameterColumns::CellOf(const Value& value, Kind kind) {
  if (value.IsNull()) return nullptr;
  if (kind == Kind::kText) return PlainText(value);
  const int64_t* integer = value.As<int64_t>();
  if (kind == Kind::kReal && integer != nullptr) return static_cast<double>(*integer);
  return PrintedJson(value);
}

std::vector<Json> ParameterColumns::Values(const std::string& params_json) const {
  const std::map<std::string, Value> flat = ExportedParams(params_json);
  std::vector<Json> values;
  values.reserve(kinds_.size());
  for (const auto& [path, kind] : kinds_) {
    const auto found = flat.find(path);
    values.push_back(found == flat.end() ? Json(nullptr) : CellOf(found->second, kind));
  }
  return values;
}

}  // namespace lrsweep
