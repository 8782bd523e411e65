#include "sweep/search/alias_findings.h"

#include <fmt/format.h>

#include <string>

#include "params/text.h"
#include "schedulers/aliases/alias.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

/// Whether the schedule, or the last one of a sequence, is a Formula.
bool EndsInFormula(const Map& scheduler) {
  const Value* type = Find(scheduler, "type");
  if (type != nullptr && *type == Value("Formula")) return true;
  const Value* members = Find(scheduler, "schedulers");
  const List* list = members != nullptr ? members->As<List>() : nullptr;
  return list != nullptr && !list->empty() && EndsInFormula(std::get<Map>(list->back()));
}

}  // namespace

std::vector<ScheduleFinding> FindingsOfAlias(const Map& written, const Trial& trial,
                                             int64_t images) {
  const Alias* alias = FindAlias(std::get<std::string>(written.at("type")));
  if (alias == nullptr || !EndsInFormula(std::get<Map>(trial.params.at("scheduler")))) return {};
  const TrialClock clock = ClockOf(trial, images);
  const bool per_step = *Find(trial.params, "scheduler.interval") == Value("step");
  const int64_t ticks = per_step ? clock.TotalSteps() : clock.epochs;
  std::vector<ScheduleFinding> findings;
  for (const Parameter& parameter : alias->parameters) {
    const auto found = written.find(parameter.name);
    const bool counts = parameter.counts_ticks && found != written.end();
    const auto* number = counts ? found->second.As<int64_t>() : nullptr;
    if (number == nullptr || *number <= ticks) continue;
    const std::string text =
        fmt::format("{} of {} is {}, but the run has {}", parameter.name, alias->name, *number,
                    Counted(ticks, per_step ? "step" : "epoch"));
    findings.push_back({text, text});
  }
  return findings;
}

}  // namespace lrsweep
