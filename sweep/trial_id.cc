#include "sweep/trial_id.h"

#include "data/sha256.h"
#include "schedulers/catalog.h"
#include "sweep/optimizers.h"
#include "sweep/trial_parameters.h"

namespace lrsweep {
namespace {

constexpr size_t kIdDigits = 16;

void RemoveSchedulerDefaults(Map& scheduler, const std::vector<Parameter>& common);

void RemoveDefaults(const std::vector<Parameter>& table, Map& section) {
  for (const Parameter& parameter : table) {
    const auto found = section.find(parameter.name);
    if (found == section.end()) continue;
    if (parameter.default_value && found->second == *parameter.default_value) {
      section.erase(found);
    } else if (Map* mapping = std::get_if<Map>(&found->second)) {
      RemoveDefaults(parameter.members, *mapping);
    } else if (parameter.kind == Kind::kSchedulers) {
      for (Value& member : std::get<List>(found->second)) {
        RemoveSchedulerDefaults(std::get<Map>(member), {});
      }
    }
  }
}

/// `common`: what an entry has beside its type's own parameters, and a member has not.
void RemoveSchedulerDefaults(Map& scheduler, const std::vector<Parameter>& common) {
  RemoveDefaults(TypeOf(scheduler).parameters, scheduler);
  RemoveDefaults(common, scheduler);
}

std::string IdOf(const Map& canonical) {
  return Sha256Hex(ToJson(Value(canonical))).substr(0, kIdDigits);
}

}  // namespace

Map CanonicalParams(const Map& params) {
  Map canonical = params;
  for (const Section& section : TrialSections()) {
    const auto found = canonical.find(section.name);
    if (found == canonical.end()) continue;
    Map& parameters = std::get<Map>(found->second);
    RemoveDefaults(section.parameters, parameters);
    if (parameters.empty()) canonical.erase(found);
  }
  const auto optimizer = canonical.find("optimizer");
  if (optimizer != canonical.end()) {
    Map& parameters = std::get<Map>(optimizer->second);
    RemoveDefaults(OptimizerOf(parameters).parameters, parameters);
    if (parameters.empty()) canonical.erase(optimizer);
  }
  Map& scheduler = std::get<Map>(canonical.at("scheduler"));
  RemoveSchedulerDefaults(scheduler, CommonParameters(TypeOf(scheduler)));
  return canonical;
}

std::string TrialId(const Map& params) { return IdOf(CanonicalParams(params)); }

std::string GroupId(const Map& params) {
  Map without_seed = CanonicalParams(params);
  const auto training = without_seed.find("training");
  if (training != without_seed.end()) {
    Map& parameters = std::get<Map>(training->second);
    parameters.erase("seed");
    if (parameters.empty()) without_seed.erase(training);
  }
  return IdOf(without_seed);
}

}  // namespace lrsweep
