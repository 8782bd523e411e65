#include "sweep/config/trial_id.h"

#include <utility>
#include <vector>

#include "data/sha256.h"
#include "params/find_by_name.h"
#include "schedulers/catalog.h"
#include "trial/optimizers.h"
#include "trial/trial_parameters.h"

namespace lrsweep {
namespace {

constexpr size_t kIdDigits = 16;

using Table = std::vector<Parameter>;

const Table& TableOf(const std::string& section_name) {
  static const Table kNone;
  const Section* section = FindByName(TrialSections(), section_name);
  return section != nullptr ? section->parameters : kNone;
}

Map SchedulerWithoutDefaults(const Map& scheduler, const Table& common);

Value WithoutDefaults(const Value& value, const Parameter& parameter);

/// Copies the values that are kept, which is faster than removing the others from a copy: most of
/// the time that planning a large space takes is spent here. `more` is a second table of parameters
/// of the section.
Map WithoutDefaults(const Map& section, const Table& table, const Table& more) {
  Map kept;
  for (const auto& [name, value] : section) {
    const Parameter* parameter = FindByName(table, name);
    if (parameter == nullptr) parameter = FindByName(more, name);
    if (parameter == nullptr) {
      kept.emplace_hint(kept.end(), name, value);
    } else if (parameter->default_value != value) {
      kept.emplace_hint(kept.end(), name, WithoutDefaults(value, *parameter));
    }
  }
  return kept;
}

Value WithoutDefaults(const Value& value, const Parameter& parameter) {
  if (const Map* map = value.As<Map>()) return WithoutDefaults(*map, parameter.members, {});
  if (parameter.kind != Kind::kSchedulers) return value;
  List members;
  for (const Value& member : std::get<List>(value)) {
    members.emplace_back(SchedulerWithoutDefaults(std::get<Map>(member), {}));
  }
  return members;
}

/// `common`: the parameters that an entry under `scheduler:` has beside those of its type; empty
/// for a nested scheduler.
Map SchedulerWithoutDefaults(const Map& scheduler, const Table& common) {
  return WithoutDefaults(scheduler, TypeOf(scheduler).parameters, common);
}

}  // namespace

Model ModelOf(const Map& params) {
  return params.contains("trial") ? Model::kProgram : Model::kBuiltIn;
}

Map CanonicalSection(Model model, const std::string& name, const Map& section) {
  if (name == "optimizer" && model == Model::kProgram) return section;
  if (name == "optimizer") return WithoutDefaults(section, OptimizerOf(section).parameters, {});
  if (name != "scheduler") return WithoutDefaults(section, TableOf(name), {});
  return SchedulerWithoutDefaults(section, CommonParameters(TypeOf(section)));
}

Map CanonicalParams(const Map& params) {
  Map canonical;
  const Model model = ModelOf(params);
  for (const auto& [name, section] : params) {
    Map kept = CanonicalSection(model, name, std::get<Map>(section));
    if (!kept.empty()) canonical.emplace_hint(canonical.end(), name, std::move(kept));
  }
  return canonical;
}

std::string IdOfJson(const std::string& canonical_json) {
  return Sha256Hex(canonical_json).substr(0, kIdDigits);
}

}  // namespace lrsweep
