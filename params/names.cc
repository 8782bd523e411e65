#include "params/names.h"

#include "params/parameter.h"

namespace lrsweep {

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::string UnknownName(const std::string& what, const std::string& unknown,
                        const std::vector<std::string>& known) {
  const std::string text = "unknown " + what + " \"" + unknown + "\"";
  const std::string nearest = NearestName(unknown, known);
  if (!nearest.empty()) return text + "; did you mean \"" + nearest + "\"?";
  return text + "; known are " + Listed(known);
}

}  // namespace lrsweep
