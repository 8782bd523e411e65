#include "sweep/config/search_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "params/names.h"
#include "params/text.h"
#include "sweep/config/section_reader.h"
#include "sweep/config/sweep_config.h"
#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

constexpr int64_t kMostTrials = 1'000'000;
constexpr const char* kExample = "search: {sampler: random, trials: 64}";

/// The samplers, in the order of the documentation.
const std::vector<std::string>& Samplers() {
  static const std::vector<std::string> samplers = {"grid", "random", "sobol", "tpe"};
  return samplers;
}

/// Names of other tools (Optuna, W&B, Ray Tune, Determined), and what they are here.
using OtherNames = std::vector<std::pair<std::string, std::string>>;

const OtherNames& OtherKeys() {
  static const OtherNames names = {
      {"method", "sampler"},     {"name", "sampler"},         {"type", "sampler"},
      {"num_samples", "trials"}, {"n_trials", "trials"},      {"max_trials", "trials"},
      {"run_cap", "trials"},     {"count", "trials"},         {"random_seed", "seed"},
      {"random_state", "seed"},  {"experiment_seed", "seed"}, {"batch_size", "batch"}};
  return names;
}

const OtherNames& OtherSamplers() {
  static const OtherNames names = {{"gridsampler", "grid"},
                                   {"bruteforcesampler", "grid"},
                                   {"grid_search", "grid"},
                                   {"randomsampler", "random"},
                                   {"random_search", "random"},
                                   {"variant_generator", "random"},
                                   {"qmc", "sobol"},
                                   {"qmcsampler", "sobol"},
                                   {"halton", "sobol"},
                                   {"quasirandom", "sobol"},
                                   {"tpesampler", "tpe"},
                                   {"bayes", "tpe"},
                                   {"bayesian", "tpe"},
                                   {"hyperopt", "tpe"},
                                   {"optuna", "tpe"}};
  return names;
}

/// UnknownName, which also knows the names of other tools.
std::string Unknown(const std::string& what, const std::string& unknown,
                    const std::vector<std::string>& known, const OtherNames& others) {
  for (const auto& [other, name] : others) {
    if (Lower(unknown) == other) {
      return fmt::format("unknown {} \"{}\"; did you mean \"{}\"?", what, unknown, name);
    }
  }
  return UnknownName(what, unknown, known);
}

const std::vector<Parameter>& SearchParameters() {
  static const std::vector<Parameter> parameters = {
      {.name = "sampler", .kind = Kind::kText, .default_value = "grid"},
      {.name = "trials",
       .kind = Kind::kInteger,
       .default_value = 64,
       .range = {.minimum = 1, .maximum = kMostTrials}},
      {.name = "seed", .kind = Kind::kInteger, .default_value = 0},
      {.name = "batch",
       .kind = Kind::kInteger,
       .default_value = SearchSettings().batch,
       .range = {.minimum = 1, .maximum = kMostTrials}}};
  return parameters;
}

void CheckKeys(const ConfigNode& section) {
  const auto* mapping = section.AsMapping();
  if (mapping == nullptr) {
    throw ConfigError(section.at, fmt::format("search: expected a mapping such as {}{}", kExample,
                                              KeyHint(section)));
  }
  std::vector<std::string> known;
  for (const Parameter& parameter : SearchParameters()) known.push_back(parameter.name);
  for (const auto& entry : *mapping) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    throw ConfigError(entry.key_at, "search." + entry.key + ": " +
                                        Unknown("search parameter", entry.key, known, OtherKeys()));
  }
}

Location PlaceOfKey(const SectionContent& content, const std::string& path) {
  const auto found = content.places.find(path);
  return found != content.places.end() ? found->second : Location();
}

bool IsGiven(const Location& at) { return !at.file.empty(); }

void CheckGrid(const SectionContent& content) {
  for (const std::string path : {"search.trials", "search.seed"}) {
    const Location at = PlaceOfKey(content, path);
    if (!IsGiven(at)) continue;
    throw ConfigError(at, path + ": a grid trains all of its points; leave it out, or write " +
                              "sampler: random, or sobol");
  }
}

void CheckBatch(const SearchSettings& search, const SectionContent& content) {
  const Location at = PlaceOfKey(content, "search.batch");
  if (search.IsTpe() || !IsGiven(at)) return;
  throw ConfigError(at,
                    "search.batch: only tpe proposes points in rounds; leave it out, or write " +
                        std::string("sampler: tpe"));
}

/// Throws ConfigError where TPE is to propose more points than it can in a useful time: each one
/// costs time in proportion to those before it.
void CheckTpeTrials(const SearchSettings& search) {
  constexpr int64_t kMostTpeTrials = 1'000;
  if (!search.IsTpe() || search.trials <= kMostTpeTrials) return;
  throw ConfigError(search.trials_at,
                    fmt::format("search.trials: tpe proposes at most {} points for each scheduler: "
                                "for more write sampler: random, or sobol",
                                kMostTpeTrials));
}

}  // namespace

SearchSettings ReadSearch(const ConfigNode& root) {
  SearchSettings search;
  const ConfigNode* section = root.Get("search");
  if (section == nullptr) return search;
  CheckKeys(*section);
  const SectionContent content = ReadSection(section, "search", "search", SearchParameters());
  RefuseAxes(content, "it is not a parameter of a trial");
  search.sampler = std::get<std::string>(content.values.at("sampler"));
  search.trials = std::get<int64_t>(content.values.at("trials"));
  search.seed = std::get<int64_t>(content.values.at("seed"));
  search.sampler_at = PlaceOfKey(content, "search.sampler");
  search.trials_at = PlaceOfKey(content, "search.trials");
  const auto& samplers = Samplers();
  if (std::find(samplers.begin(), samplers.end(), search.sampler) == samplers.end()) {
    throw ConfigError(search.sampler_at, "search.sampler: " + Unknown("sampler", search.sampler,
                                                                      samplers, OtherSamplers()));
  }
  if (search.IsGrid()) CheckGrid(content);
  search.batch = std::get<int64_t>(content.values.at("batch"));
  CheckBatch(search, content);
  CheckTpeTrials(search);
  return search;
}

void CheckSampled(const SearchSettings& search, const std::vector<const Axis*>& axes) {
  bool has_sampled = false;
  for (const Axis* axis : axes) {
    if (!axis->distribution) continue;
    has_sampled = true;
    const std::string& name = axis->distribution->name;
    if (search.IsGrid()) {
      throw ConfigError(axis->at,
                        fmt::format("{}: {} needs a sampler that draws from it: write {}, or "
                                    "sobol; a grid takes {{grid: [...]}}",
                                    axis->path, name, kExample));
    }
    if (axis->path == "training.seed") {
      throw ConfigError(axis->at,
                        "training.seed: it cannot be sampled, since each point is trained with "
                        "each seed: write {grid: [0, 1, 2]}");
    }
  }
  if (has_sampled || search.IsGrid()) return;
  throw ConfigError(search.sampler_at,
                    fmt::format("search.sampler: {} has nothing to sample: write a distribution "
                                "such as {{loguniform: [0.001, 1]}} in place of a value, or "
                                "sampler: grid",
                                search.sampler));
}

void CheckSearch(const SweepConfig& config) {
  if (!config.search.IsTpe()) return;
  const Location& at = config.search.sampler_at;
  if (config.pruner) {
    throw ConfigError(at,
                      "search.sampler: tpe learns from whole runs, and with a pruner most points "
                      "have none: leave pruner out, or write sampler: random, or sobol");
  }
  if (config.race) {
    throw ConfigError(at,
                      "search.sampler: tpe learns from the mean of all seeds, and in a race most "
                      "points have only some: leave replicate.race out, or write sampler: random, "
                      "or sobol");
  }
  if (ParseKnownMetric(config.objective.metric).derivation != Derivation::kSecondsTo) return;
  throw ConfigError(at, "search.sampler: the objective " + config.objective.metric +
                            " is measured by the clock, so that tpe would propose other points in "
                            "each run: choose epochs_to or steps_to, or write sampler: random, or "
                            "sobol");
}

}  // namespace lrsweep
