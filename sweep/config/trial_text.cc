#include "sweep/config/trial_text.h"

#include "params/text.h"
#include "sweep/config/trial_id.h"

namespace lrsweep {
namespace {

/// A text without quotes, unless a terminal would take some of it for a command.
std::string Shown(const Value& value) {
  const std::string json = OneLine(ToJson(value));
  const std::string text = UnquotedText(value).value_or(json);
  return OneLine(text) == text ? text : json;
}

/// " name=value" for each parameter that differs from its default: those of the scheduler, or the
/// others.
std::string DifferingParameters(const Trial& trial, bool of_scheduler) {
  std::string text;
  for (const auto& [path, value] : Flatten(CanonicalParams(trial.params))) {
    if (path == "scheduler.type" || path == "training.epochs") continue;
    const size_t dot = path.find('.');
    const std::string name = path == "optimizer.type" ? "optimizer" : path.substr(dot + 1);
    const std::string section = path.substr(0, dot);
    if (section == "dataset" || section == "trial" || (section == "scheduler") != of_scheduler)
      continue;
    text += " " + OneLine(name) + "=" + Abbreviated(Shown(value));
  }
  return text;
}

}  // namespace

std::string SchedulerText(const Trial& trial) {
  return trial.scheduler + DifferingParameters(trial, true);
}

std::string ShortText(const Trial& trial, bool with_epochs) {
  const Value* const epochs = with_epochs ? Find(trial.params, "training.epochs") : nullptr;
  return SchedulerText(trial) + (epochs == nullptr ? "" : " epochs=" + Shown(*epochs)) +
         DifferingParameters(trial, false);
}

}  // namespace lrsweep
