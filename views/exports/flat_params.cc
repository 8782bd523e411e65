#include "views/exports/flat_params.h"

namespace lrsweep {
namespace {

void FlattenInto(const Json& object, const std::string& prefix, std::map<std::string, Json>& flat) {
  for (const auto& [key, member] : object.items()) {
    if (member.is_object()) {
      FlattenInto(member, prefix + key + ".", flat);
    } else {
      flat[prefix + key] = member;
    }
  }
}

}  // namespace

std::map<std::string, Json> FlatJson(const TrialRow& trial) {
  const Json params = Json::parse(trial.params_json, nullptr, false);
  if (!params.is_object()) throw StoreError("trial " + trial.trial_id + ": params are no JSON");
  std::map<std::string, Json> flat;
  FlattenInto(params, "", flat);
  return flat;
}

std::string PlainText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return Dump(value);
}

ParameterColumns::Kind ParameterColumns::KindOf(const Json& value) {
  if (value.is_null()) return Kind::kNull;
  if (value.is_boolean()) return Kind::kTruth;
  if (value.is_number_integer()) return Kind::kInteger;
  if (value.is_number()) return Kind::kReal;
  return value.is_array() ? Kind::kList : Kind::kText;
}

ParameterColumns::Kind ParameterColumns::Join(Kind a, Kind b) {
  if (a == b || b == Kind::kNull) return a;
  if (a == Kind::kNull) return b;
  const auto number = [](Kind kind) { return kind == Kind::kInteger || kind == Kind::kReal; };
  return number(a) && number(b) ? Kind::kReal : Kind::kText;
}

ParameterColumns::ParameterColumns(const Store& store, const std::set<std::string>& without) {
  store.EachTrial([&](const TrialRow& trial) {
    for (const auto& [path, value] : FlatJson(trial)) {
      if (without.contains(path)) continue;
      const auto [seen, is_new] = kinds_.try_emplace(path, KindOf(value));
      if (!is_new) seen->second = Join(seen->second, KindOf(value));
    }
  });
  for (const auto& [path, kind] : kinds_) paths_.push_back(path);
}

std::vector<Json> ParameterColumns::Values(const TrialRow& trial) const {
  const std::map<std::string, Json> flat = FlatJson(trial);
  std::vector<Json> values;
  values.reserve(kinds_.size());
  for (const auto& [path, kind] : kinds_) {
    const auto found = flat.find(path);
    if (found == flat.end() || found->second.is_null()) {
      values.emplace_back(nullptr);
    } else if (kind == Kind::kReal) {
      values.emplace_back(found->second.get<double>());
    } else if (kind == Kind::kText) {
      values.emplace_back(PlainText(found->second));
    } else {
      values.push_back(found->second);
    }
  }
  return values;
}

}  // namespace lrsweep
