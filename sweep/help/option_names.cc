#include "sweep/help/option_names.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include <variant>

namespace lrsweep {
namespace {

std::vector<std::string> AllNames(const Option& option) {
  std::vector<std::string> names;
  std::istringstream list(option.name);
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

}  // namespace

std::vector<std::string> DashedNames(const Option& option) {
  std::vector<std::string> names;
  for (std::string& name : AllNames(option)) {
    if (name.front() == '-') names.push_back(std::move(name));
  }
  if (std::holds_alternative<std::optional<bool>*>(option.target)) {
    names.push_back("--no-" + option.name.substr(2));
  }
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name.starts_with("--"); });
  return names;
}

std::string PositionalName(const Option& option) {
  for (const std::string& name : AllNames(option)) {
    if (name.front() != '-') return name;
  }
  return "";
}

bool IsFlag(const Option& option) {
  return std::holds_alternative<bool*>(option.target) ||
         std::holds_alternative<std::optional<bool>*>(option.target);
}

bool TakesSeveral(const Option& option) {
  return std::holds_alternative<std::vector<std::string>*>(option.target);
}

}  // namespace lrsweep
