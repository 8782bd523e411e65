#include "sweep/trial_text.h"

#include "sweep/trial_id.h"

namespace lrsweep {

std::string ShortText(const Trial& trial) {
  std::string text = trial.scheduler;
  std::string rest;
  for (const auto& [path, value] : Flatten(CanonicalParams(trial.params))) {
    if (path == "scheduler.type" || path == "training.epochs") continue;
    const size_t dot = path.find('.');
    const std::string section = path.substr(0, dot);
    if (section == "dataset") continue;
    const auto* plain = value.As<std::string>();
    const std::string shown = path.substr(dot + 1) + "=" + (plain ? *plain : ToJson(value));
    (section == "scheduler" ? text : rest) += " " + shown;
  }
  return text + rest;
}

}  // namespace lrsweep
