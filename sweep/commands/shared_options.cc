#include "sweep/commands/shared_options.h"

#include <iostream>
#include <iterator>
#include <utility>

#include "params/errors.h"
#include "sweep/data/sweep_data.h"
#include "sweep/search/lint.h"
#include "trial/objective.h"

namespace lrsweep {

std::vector<Option> ConfigArguments::Options() {
  return {{.name = "CONFIG",
           .target = &file,
           .help = "the sweep's YAML file",
           .is_required = true,
           .kind = ValueKind::kConfiguration},
          {.name = "--set",
           .target = &settings,
           .help = "replace a value of the configuration, such as training.epochs=5",
           .value_name = "KEY=VALUE"}};
}

SweepConfig ConfigArguments::Load(const std::vector<Setting>& more) const {
  std::vector<Setting> parsed;
  for (const std::string& text : settings) parsed.push_back(ParseSetting(text));
  parsed.insert(parsed.end(), more.begin(), more.end());
  SweepConfig config = LoadSweepConfig(file, parsed);
  ResolveDatasetName(config);
  return config;
}

Option StrictOption(bool& strict) {
  return {.name = "--strict",
          .target = &strict,
          .help = "refuse a schedule for which there is a warning"};
}

void ReportLint(const SearchSpace& space, bool strict, bool quiet) {
  const auto findings = Lint(space, ImagesPerEpoch(space.config()));
  if (strict && !findings.empty()) throw UsageError("refused by --strict: " + findings.front());
  if (quiet) return;
  PrintWarnings(findings);
}

void PrintWarnings(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences)
    std::cerr << "lrsweep: warning: " << sentence << "\n";
}

Option DatabaseOption(std::string& db) {
  return {.name = "DB",
          .target = &db,
          .help = "the sweep's database",
          .is_required = true,
          .kind = ValueKind::kDatabase};
}

Option JsonOption(bool& json) { return {.name = "--json", .target = &json, .help = "print JSON"}; }

std::vector<Option> ObjectiveRows(ObjectiveOptions& objective) {
  return {{.name = "--metric",
           .target = &objective.metric,
           .help = "what ranks: a METRIC (" + NamesOf(BuiltInMetrics()) +
                   "; of a program what it reports); epochs_to(METRIC, THRESHOLD), steps_to(...) "
                   "or seconds_to(...); "
                   "area_under(METRIC); final_minus_best(METRIC) [the sweep's]",
           .value_name = "METRIC",
           .kind = ValueKind::kMetric},
          {.name = "--mode",
           .target = &objective.mode,
           .help = "max or min [the sweep's, or the metric's]",
           .choices = {"max", "min"}},
          {.name = "--scope",
           .target = &objective.scope,
           .help = "which epochs count: last, best, avg, last-5-avg or last-10-avg [the sweep's]",
           .choices = Scopes()}};
}

std::vector<Option> Join(std::vector<Option> first, std::vector<Option> more) {
  std::move(more.begin(), more.end(), std::back_inserter(first));
  return first;
}

}  // namespace lrsweep
