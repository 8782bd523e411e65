#include "sweep/search/schedule_parameter.h"

#include "params/find_by_name.h"
#include "schedulers/catalog.h"

namespace lrsweep {

const Parameter* ParameterAt(const Map& scheduler, const std::string& path) {
  const size_t dot = path.rfind('.');
  const Value* holder = dot == std::string::npos ? nullptr : Find(scheduler, path.substr(0, dot));
  const Map* map = dot == std::string::npos ? &scheduler
                   : holder != nullptr      ? holder->As<Map>()
                                            : nullptr;
  const std::string name = path.substr(dot + 1);  // npos + 1 is 0
  if (map == nullptr || name == "type") return nullptr;
  if (map->contains("type")) return FindByName(TypeOf(*map).parameters, name);
  const Parameter* warmup = FindByName(CommonParameters(TypeOf(scheduler)), "warmup");
  return path.starts_with("warmup.") ? FindByName(warmup->members, name) : nullptr;
}

}  // namespace lrsweep
